/**
 * What every EventSource does, according to the standard (HTML 9.2) and the web platform tests. One
 * suite for the browsers' own class, FetchEventSource, and any other class with that interface.
 */
import { describe, test } from 'vitest';
import type { Transport } from 'ssekit';
import { runCase, type Case, type Environment, type SourceClass } from './contract/bench.ts';
import { clientSource } from './contract/client-source.ts';
import { closingCases } from './contract/closing.ts';
import { eventCases } from './contract/events.ts';
import { failureCases } from './contract/failures.ts';
import { handlerCases } from './contract/handlers.ts';
import { interfaceCases } from './contract/interface.ts';
import { lastEventIdCases } from './contract/last-event-id.ts';
import { parsingCases } from './contract/parsing.ts';
import { reconnectionCases } from './contract/reconnection.ts';
import { redirectCases } from './contract/redirects.ts';
import { requestCases } from './contract/requests.ts';
import { urlCases } from './contract/urls.ts';

export type { Environment, SourceClass } from './contract/bench.ts';

const topics = {
  interface: interfaceCases,
  'event handlers': handlerCases,
  requests: requestCases,
  'the stream': parsingCases,
  events: eventCases,
  'the last event ID': lastEventIdCases,
  reconnection: reconnectionCases,
  failures: failureCases,
  redirects: redirectCases,
  URLs: urlCases,
  'close()': closingCases,
} satisfies Readonly<Record<string, (environment: Environment) => Case[]>>;

export type Topic = keyof typeof topics;

/** Declares every contract case as a test of `Source`. */
export function describeEventSource(name: string, Source: SourceClass, environment: Environment): void {
  describeCases(name, environment, (_topic, contractCase) => runCase(contractCase, Source, environment));
}

/**
 * The cases about what a server sends, for an `SseClient`. Its interface differs, but a stream
 * means the same.
 */
export function describeClient(transport: 'native' | 'fetch' | Transport, environment: Environment): void {
  const Source = clientSource(transport);
  describeCases(
    `SseClient over ${typeof transport === 'string' ? transport : transport.name}`,
    environment,
    (_topic, contractCase) => runCase(contractCase, Source, environment),
    ['the stream', 'the last event ID'],
  );
}

/** Declares cases that run somewhere else. `run` takes the case there. */
export function describeCases(
  name: string,
  environment: Environment,
  run: (topic: Topic, contractCase: Case) => Promise<void>,
  chosen: readonly Topic[] = Object.keys(topics) as Topic[],
): void {
  describe(name, () => {
    for (const topic of chosen) {
      describe(topic, () => {
        for (const contractCase of topics[topic](environment))
          test(contractCase[0], () => run(topic, contractCase));
      });
    }
  });
}

/** Runs every case where there is no test runner, a topic at a time. */
export async function runCases(
  Source: SourceClass,
  environment: Environment,
): Promise<{ readonly passed: number; readonly failed: readonly string[] }> {
  let passed = 0;
  const failed: string[] = [];
  for (const cases of Object.values(topics)) {
    const runs = cases(environment).map(async (contractCase) => {
      try {
        await runCase(contractCase, Source, environment);
        passed++;
      } catch {
        failed.push(contractCase[0]);
      }
    });
    await Promise.all(runs);
  }
  return { passed, failed: failed.sort() };
}

/** Finds the case with this title. */
export function findCase(topic: Topic, title: string, environment: Environment): Case {
  const found = topics[topic](environment).find((contractCase) => contractCase[0] === title);
  if (!found) throw new Error(`There is no case "${title}".`);
  return found;
}
