/**
 * Simulates clients that all lose their server at once, and how they come back. Clients differ only
 * by their delays.
 */
import { Backoff } from '../../src/connection/backoff.ts';
import { retryDelay, retryPolicy, type RetryOptions } from '../../src/connection/retry.ts';
import { SseError } from '../../src/errors.ts';

export interface Server {
  /** Connections that it accepts per second if it does nothing else. */
  readonly accepts: number;
  /** The cost of refusing a connection, as a fraction of the cost of accepting one. */
  readonly refusal: number;
}

export interface Outcome {
  /** The most arrivals within any second. */
  readonly peak: number;
  /** Seconds until 99 % of the clients are back. `null` if the simulation ends first. */
  readonly back99: number | null;
  /** Attempts of all clients until then. */
  readonly attempts: number;
  /** For the picture, for each second: arrivals, and the fraction of clients that are back. */
  readonly arrivals: readonly number[];
  readonly back: readonly number[];
}

/** Returns the delay in ms after this many failures. */
export type Policy = (failures: number) => number;

/** The reconnection time if the server hasn't set one. */
const BASE = 1000;

const plain = (options: { factor: number }): RetryOptions => retryPolicy({ ...options, jitter: false });

const fixed = (ms: number): Policy => {
  const policy = plain({ factor: 1 });
  return (failures) => retryDelay(policy, ms, failures);
};

const exponential = plain({ factor: 2 });
const ssekit = retryPolicy(undefined);
const backoff = new Backoff(ssekit, BASE);
const lost = new SseError('network', 'The server is gone.');

export const policies = {
  'browser, 3 s': fixed(3000),
  'fixed, 1 s': fixed(1000),
  'exponential, no jitter': (failures) => retryDelay(exponential, BASE, failures),
  'half jitter': (failures) => retryDelay(exponential, BASE, failures) * (0.5 + Math.random() / 2),
  // The first loss is one of native EventSource, and the rest happens over fetch.
  'ssekit, auto': (failures) => backoff.next(lost, failures, failures === 1).delay,
  'ssekit, fetch': (failures) => backoff.next(lost, failures, false).delay,
  'ssekit, retry: 5000': (failures) => retryDelay(ssekit, 5000, failures),
} satisfies Record<string, Policy>;

export type PolicyName = keyof typeof policies;

/** ms per step of the simulation. */
const STEP = 10;
const STEPS_IN_A_SECOND = 1000 / STEP;

/** The travel time to the server in ms. Each client has a different one. */
const [NEAREST, FARTHEST] = [20, 200];

/** Simulates the first `seconds` seconds after `clients` clients lost their connection. */
export function simulate(policy: Policy, clients: number, server: Server, seconds = 600): Outcome {
  const steps = seconds * STEPS_IN_A_SECOND;
  const failures = new Uint16Array(clients);
  // The clients that arrive in one step are a linked list. A million arrays would need too much
  // memory.
  const first = new Int32Array(steps).fill(-1);
  const next = new Int32Array(clients);
  const perStep = new Uint32Array(steps);
  const backPerStep = new Uint32Array(steps);

  const fail = (client: number, now: number) => {
    const failed = (failures[client] = (failures[client] ?? 0) + 1);
    const travel = NEAREST + Math.random() * (FARTHEST - NEAREST);
    const arrival = now + 1 + Math.floor((policy(failed) + travel) / STEP);
    if (arrival >= steps) return;
    next[client] = first[arrival] ?? -1;
    first[arrival] = client;
  };
  for (let client = 0; client < clients; client++) fail(client, 0);

  const budget = server.accepts / STEPS_IN_A_SECOND;
  let credit = 0;
  let back = 0;
  let attempts = 0;
  let back99: number | null = null;
  for (let now = 0; now < steps; now++) {
    let arrived = 0;
    for (let client = first[now] ?? -1; client >= 0; client = next[client] ?? -1) arrived++;
    attempts += arrived;
    perStep[now] = arrived;
    // The server refuses connections first, because that's cheap. It accepts others in the time
    // that's left.
    const spent = arrived <= budget + credit ? 0 : server.refusal * arrived;
    const free = Math.max(0, budget + credit - spent) / (spent ? 1 - server.refusal : 1);
    const accepted = Math.min(arrived, Math.floor(free));
    credit = Math.max(0, Math.min(1, free - accepted));
    // Accepts the first ones. Any order would do, so the list's order does.
    let place = 0;
    for (let client = first[now] ?? -1; client >= 0;) {
      const following = next[client] ?? -1;
      if (place++ >= accepted) fail(client, now);
      client = following;
    }
    back += accepted;
    backPerStep[now] = back;
    if (back >= clients * 0.99) {
      back99 = (now + 1) / (1000 / STEP);
      backPerStep.fill(back, now);
      break;
    }
  }

  const bySecond = Array.from({ length: seconds }, (_, second) => second * STEPS_IN_A_SECOND);
  return {
    peak: busiestSecond(perStep),
    back99,
    attempts,
    arrivals: bySecond.map((at) => sum(perStep.subarray(at, at + STEPS_IN_A_SECOND))),
    back: bySecond.map((at) => Number(((backPerStep[at + STEPS_IN_A_SECOND - 1] ?? 0) / clients).toFixed(4))),
  };
}

const sum = (numbers: Uint32Array) => numbers.reduce((total, number) => total + number, 0);

function busiestSecond(perStep: Uint32Array): number {
  let most = 0;
  let within = 0;
  for (const [i, count] of perStep.entries()) {
    within += count - (perStep[i - STEPS_IN_A_SECOND] ?? 0);
    most = Math.max(most, within);
  }
  return most;
}
