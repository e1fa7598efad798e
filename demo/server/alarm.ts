import type { Metrics } from './readings.ts';

export interface Alarm {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly textZh: string;
  readonly time: number;
}

/** Describes what stands out in a tick, so that the alarm matches the figures next to it. */
export function alarmAbout({ time, cpu, latency, qps }: Metrics): Alarm {
  if (cpu > 75) {
    return { level: 'error', text: `CPU at ${cpu} %`, textZh: `CPU 占用 ${cpu}%`, time };
  }
  if (latency.p99 > 300) {
    return {
      level: 'warn',
      text: `p99 latency ${latency.p99} ms`,
      textZh: `p99 延迟 ${latency.p99} 毫秒`,
      time,
    };
  }
  return { level: 'info', text: `${qps} requests per second`, textZh: `每秒 ${qps} 次请求`, time };
}
