import { CHECKED } from './checked.js';
import { chooseTransport } from './connection/choose-transport.js';
import type { ConnectionOptions } from './connection/contract.js';
import { gap, storageKey } from './connection/last-event-id.js';
import { refuseUnsafe, requestOptions, type RequestOptions } from './connection/request.js';
import type { UrlSource } from './connection/request-options.js';
import { retryPolicy } from './connection/retry.js';
import { resolveUrl } from './connection/url.js';
import { misuse } from './errors.js';
import { BEYOND_NATIVE, type ConnectOptions } from './options.js';
import { validateClient } from './validate.js';

/**
 * Turns the caller's options into what a connection needs. Throws `TypeError` for what can't work.
 */
export function connectionOptions(url: UrlSource, options: ConnectOptions): ConnectionOptions {
  if (CHECKED) validateClient(url, options);
  const { transport = 'auto', retry, retryInterval, storage, until, resumed, failOn, refreshAuth } = options;
  const request = requestOptions(url, options);
  refuseUnsafe(request, options.lastEventId);
  // Checks the request's headers, where empty ones count as none.
  const beyondNative = BEYOND_NATIVE.find(
    (name) => (name === 'headers' ? request.headers : options[name]) !== undefined,
  );
  refuseUnsafeClient(options, request, beyondNative);
  return {
    ...request,
    transport,
    retry,
    until,
    failOn,
    refreshAuth,
    findGap: (info) => gap(info, resumed),
    lastEventId: options.lastEventId ?? '',
    stored: storage && { storage, key: options.storageKey ?? storageKey(resolveUrl(url), request.body) },
    retryInterval: retryInterval ?? 1000,
    policy: retryPolicy(retry ?? (request.method === 'GET' && transport !== 'native' ? undefined : false)),
    chooseTransport: (request, gaveUp) =>
      chooseTransport(
        transport,
        options,
        request,
        gaveUp || (beyondNative ?? retry ?? retryInterval) !== undefined,
      ),
  };
}

/** Refuses, in every build, options that would lose or repeat data. Throws `TypeError`. */
function refuseUnsafeClient(
  { transport, retry, lastEventId, lastEventIdParam, storage, storageKey, share }: ConnectOptions,
  { url, method }: RequestOptions,
  beyondNative: string | undefined,
): void {
  if (storage && typeof url === 'function' && !storageKey) {
    throw misuse('`storage` needs a `storageKey` where the URL is a function.', CHECKED && 'storage-key');
  }
  if (share && method !== 'GET' && retry === undefined) {
    throw misuse(
      '`share` repeats the request where another tab takes over. Give `retry` if it may, or use GET.',
      CHECKED && 'share-post',
    );
  }
  if (transport !== 'native') return;
  const cure = "use transport: 'auto' or 'fetch'.";
  if (beyondNative) {
    throw misuse(`\`${beyondNative}\` is beyond native EventSource: ${cure}`, CHECKED && 'native-option');
  }
  const name = lastEventId ? 'lastEventId' : storage ? 'storage' : share && 'share';
  if (name && !lastEventIdParam) {
    throw misuse(
      `\`${name}\`: native EventSource can't send an ID. Give \`lastEventIdParam\`, or ${cure}`,
      CHECKED && 'native-id',
    );
  }
}
