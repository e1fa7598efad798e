import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test, vi } from 'vitest';

/** All public names. If you change one, change these lists and the CHANGELOG. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const entry = (name: string) => `${root}src/${name}.ts`;

// The first call makes the compiler load the React and Vue libraries.
vi.setConfig({ testTimeout: 120_000 });

let program: ts.Program;
beforeAll(() => {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}tsconfig.json`, (file) => readFileSync(file, 'utf8')).config,
    ts.sys,
    root,
  );
  program = ts.createProgram(['index', 'testing', 'react', 'vue'].map(entry), { ...options, types: [] });
}, 120_000);

function moduleOf(name: string): ts.Symbol {
  const file = program.getSourceFile(entry(name));
  const symbol = file && program.getTypeChecker().getSymbolAtLocation(file);
  if (!symbol) throw new Error(`src/${name}.ts is no module`);
  return symbol;
}
const exportsOf = (name: string) =>
  program
    .getTypeChecker()
    .getExportsOfModule(moduleOf(name))
    .map((symbol) => symbol.name)
    .sort();

/** The public members of an exported class or type. For a union, of any of its parts. */
function membersOf(name: string, entryName = 'index'): string[] {
  const checker = program.getTypeChecker();
  const symbol = checker.getExportsOfModule(moduleOf(entryName)).find((each) => each.name === name);
  if (!symbol) throw new Error(`${name} is not exported`);
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const type = checker.getDeclaredTypeOfSymbol(target);
  const parts = type.isUnion() ? type.types : [type];
  const names = parts.flatMap((part) => part.getProperties().map((property) => property.name));
  return [...new Set(names)].filter((each) => /^[A-Za-z]/.test(each)).sort();
}

describe('ssekit exports', () => {
  test('these names and no others', () => {
    expect(exportsOf('index')).toMatchInlineSnapshot(`
      [
        "AnyMessage",
        "AsText",
        "AsValue",
        "AutoOptions",
        "BodySource",
        "BySchema",
        "CommonOptions",
        "ConnectOptions",
        "ConnectionFactory",
        "Debug",
        "DecodeOptions",
        "Decoder",
        "EventName",
        "EventSourceClass",
        "EventsOptions",
        "FailOn",
        "FetchEventSource",
        "FetchEventSourceInit",
        "FetchOptions",
        "FetchSseInit",
        "HeadersSource",
        "IdStorage",
        "ListenOptions",
        "MessageIterator",
        "MessageOf",
        "NativeOptions",
        "OpenInfo",
        "OptionsArgument",
        "ParseSseOptions",
        "PerAttempt",
        "ReadyState",
        "RefreshAuth",
        "RequestContext",
        "ResumeOptions",
        "Resumed",
        "RetryOptions",
        "SchemaResult",
        "SseClient",
        "SseClientOptions",
        "SseError",
        "SseErrorCode",
        "SseErrorDetails",
        "SseMessage",
        "SseParser",
        "SseParserHandlers",
        "SseParserOptions",
        "SseSource",
        "SseState",
        "StandardSchema",
        "StreamOptions",
        "Transport",
        "TransportHandle",
        "TransportRequest",
        "TransportSink",
        "Unsubscribe",
        "Until",
        "UrlSource",
        "createSseParser",
        "fetchSse",
        "parseSse",
        "sharedConnection",
      ]
    `);
  });

  test('a client with these members', () => {
    expect(membersOf('SseClient')).toMatchInlineSnapshot(`
      [
        "close",
        "connect",
        "events",
        "getSnapshot",
        "lastEventId",
        "off",
        "on",
        "onAny",
        "onError",
        "onMessage",
        "onOpen",
        "onStateChange",
        "once",
        "readyState",
        "reconnect",
        "status",
        "subscribe",
        "url",
        "withCredentials",
      ]
    `);
  });

  test('a client with these options', () => {
    expect(membersOf('SseClientOptions')).toMatchInlineSnapshot(`
      [
        "EventSource",
        "autoConnect",
        "body",
        "debug",
        "decode",
        "failOn",
        "fetch",
        "headers",
        "idleTimeout",
        "json",
        "lastEventId",
        "lastEventIdParam",
        "maxEventSize",
        "method",
        "openTimeout",
        "redirect",
        "refreshAuth",
        "resumed",
        "retry",
        "retryInterval",
        "schemas",
        "share",
        "signal",
        "storage",
        "storageKey",
        "transport",
        "until",
        "withCredentials",
      ]
    `);
  });

  test('one error with these fields', () => {
    expect(membersOf('SseError')).toMatchInlineSnapshot(`
      [
        "body",
        "cause",
        "code",
        "event",
        "failures",
        "headers",
        "help",
        "issues",
        "message",
        "name",
        "raw",
        "retryAfter",
        "stack",
        "status",
        "url",
        "willRetry",
      ]
    `);
    const checker = program.getTypeChecker();
    const code = checker.getExportsOfModule(moduleOf('index')).find(({ name }) => name === 'SseErrorCode');
    const type = code && checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(code));
    const codes = type?.isUnion() ? type.types.map((part) => (part as ts.StringLiteralType).value) : [];
    expect(codes.sort()).toMatchInlineSnapshot(`
      [
        "content-type",
        "decode",
        "failed",
        "gap",
        "http",
        "network",
        "no-content",
        "overflow",
        "server",
        "storage",
        "timeout",
      ]
    `);
  });
});

test('ssekit/react exports these names and no others', () => {
  expect(exportsOf('react')).toMatchInlineSnapshot(`
    [
      "ClientState",
      "ComponentOptions",
      "ComponentUrl",
      "FoldOptions",
      "LatestOptions",
      "Reducer",
      "RequestActions",
      "RequestHook",
      "RequestState",
      "RequestStatus",
      "SendInit",
      "ValueOptions",
      "useFetchSse",
      "useSecondsToRetry",
      "useSse",
      "useSseEvent",
      "useSseValue",
    ]
  `);
});

test('ssekit/vue exports these names and no others', () => {
  expect(exportsOf('vue')).toMatchInlineSnapshot(`
    [
      "ClientRefs",
      "ClientState",
      "ComponentOptions",
      "ComponentUrl",
      "FoldOptions",
      "LatestOptions",
      "Reducer",
      "RequestActions",
      "RequestRefs",
      "RequestState",
      "RequestStatus",
      "SendInit",
      "ValueOptions",
      "useFetchSse",
      "useSecondsToRetry",
      "useSse",
      "useSseEvent",
      "useSseValue",
    ]
  `);
});

describe('ssekit/testing exports', () => {
  test('these names and no others', () => {
    expect(exportsOf('testing')).toMatchInlineSnapshot(`
      [
        "MockEvent",
        "MockEventSource",
        "MockExchange",
        "MockSse",
        "mockSse",
      ]
    `);
  });

  test('a MockEventSource with these members', () => {
    expect(membersOf('MockEventSource', 'testing')).toMatchInlineSnapshot(`
      [
        "CLOSED",
        "CONNECTING",
        "OPEN",
        "addEventListener",
        "close",
        "dispatchEvent",
        "drop",
        "emit",
        "fail",
        "onerror",
        "onmessage",
        "onopen",
        "open",
        "readyState",
        "removeEventListener",
        "url",
        "withCredentials",
      ]
    `);
  });
});

test('every option of SseClient is in the table of docs/options.md, in both languages', () => {
  for (const file of ['docs/options.md', 'docs/options.zh-CN.md']) {
    const text = readFileSync(root + file, 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    const cells = rows.map((row) => row.split('|')[1] ?? '').join(' ');
    const documented = new Set([...cells.matchAll(/`([\w]+)`/g)].map(([, name]) => name));
    expect(membersOf('SseClientOptions').filter((name) => !documented.has(name))).toEqual([]);
  }
});
