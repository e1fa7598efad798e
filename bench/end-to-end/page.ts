/** Runs in the page and measures one client at a time. Node calls these functions. */
import { quantile } from '../quantile.ts';
import { contenders } from './contenders.ts';
import type { Name } from './names.ts';

export interface Burst {
  /** From the first event to the last. */
  readonly ms: number;
  /** Of all events together. A client with a different count has lost or cut some. */
  readonly characters: number;
}

/** The time in µs from sending an event to running its listener. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

let close: () => void = () => undefined;

/** Closes the connection that `burst` left open. */
export function end(): void {
  close();
  close = () => undefined;
}

/**
 * Receives this many events. The stream stays open, as in a real page, so you can measure what the
 * client keeps.
 */
export function burst(name: Name, url: string, count: number): Promise<Burst> {
  return new Promise((resolve) => {
    let events = 0;
    let characters = 0;
    let first = 0;
    close = contenders[name](new URL(url, location.href).href, (data) => {
      if (events === count) return;
      if (events === 0) first = performance.now();
      events += 1;
      // Reads a character, so a client that only notes where the data is has to build the string
      // too.
      characters += data.length + (data.charCodeAt(data.length >> 1) & 1);
      if (events === count) resolve({ ms: performance.now() - first, characters });
    });
  });
}

/** Receives this many events, ignores the first `leaveOut`, and closes. */
export function steady(name: Name, url: string, count: number, leaveOut: number): Promise<Latency> {
  return new Promise((resolve) => {
    const times: number[] = [];
    const stop = contenders[name](new URL(url, location.href).href, (data) => {
      const now = performance.timeOrigin + performance.now();
      // The server puts the time first: {"at":1735689600000.123,
      times.push(now - Number(data.slice('{"at":'.length, data.indexOf(','))));
      if (times.length !== count) return;
      stop();
      const counted = times.slice(leaveOut);
      const us = (q: number) => Math.round(quantile(counted, q) * 1000);
      resolve({ p50: us(0.5), p99: us(0.99) });
    });
  });
}
