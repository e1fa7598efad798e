import type { FetchEventSourceInit, fetchSse as FetchSse, SseClient as Client } from 'ssekit';

/**
 * The names that snippets use without declaring them: what the reader's page has. They're exported
 * so that they only exist in this file. The test makes them global for the snippets.
 */

// Imported or created by an earlier block of the page.
export declare const SseClient: typeof Client;
export declare const fetchSse: typeof FetchSse;
export declare const client: Client;
export declare const response: Response;
export declare const options: Pick<FetchEventSourceInit, 'headers' | 'refreshAuth' | 'retry'>;

// A page.
export declare const output: HTMLElement;
export declare const lamp: HTMLElement;
export declare const reason: HTMLElement;
export declare const controller: AbortController;
export declare const prices: string[];
export declare function show(text: string): void;
export declare function log(...values: unknown[]): void;
export declare function ring(): void;
export declare function countdown(ms: number): void;

// An account.
export declare const user: { readonly id: string };
export declare let token: string;
export declare function login(): Promise<string>;
export declare function refresh(): Promise<string>;
