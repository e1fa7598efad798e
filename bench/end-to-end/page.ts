/** What runs in the page: one client at a time, told what to do from outside. */
import { quantile } from '../quantile.ts';
import { contenders } from './contenders.ts';
import type { Name } from './names.ts';

export interface Burst {
  /** From the first event to the last. */
  readonly ms: number;
  /** Of all events together: whoever counts others than the rest has lost some, or cut some. */
  readonly characters: number;
}

/** From where an event was sent to where its listener runs, in µs. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

let close: () => void = () => undefined;

/** Ends what `burst` has left open. */
export function end(): void {
  close();
  close = () => undefined;
}

/** Takes so many events. The stream stays open, as that of a page does, so that what a client keeps can be weighed. */
export function burst(name: Name, url: string, count: number): Promise<Burst> {
  return new Promise((resolve) => {
    let events = 0;
    let characters = 0;
    let first = 0;
    close = contenders[name](new URL(url, location.href).href, (data) => {
      if (events === count) return;
      if (events === 0) first = performance.now();
      events += 1;
      // A character is looked at, so that nobody gets away with noting down where the data is.
      characters += data.length + (data.charCodeAt(data.length >> 1) & 1);
      if (events === count) resolve({ ms: performance.now() - first, characters });
    });
  });
}

/** Takes so many events, leaves out the first ones, and closes. */
export function steady(name: Name, url: string, count: number, leaveOut: number): Promise<Latency> {
  return new Promise((resolve) => {
    const times: number[] = [];
    const stop = contenders[name](new URL(url, location.href).href, (data) => {
      const now = performance.timeOrigin + performance.now();
      // The server puts it first: {"at":1735689600000.123,
      times.push(now - Number(data.slice('{"at":'.length, data.indexOf(','))));
      if (times.length !== count) return;
      stop();
      const counted = times.slice(leaveOut);
      const us = (q: number) => Math.round(quantile(counted, q) * 1000);
      resolve({ p50: us(0.5), p99: us(0.99) });
    });
  });
}
