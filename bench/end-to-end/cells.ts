import type { BurstCell, SteadyCell, StreamEngine } from '../results.ts';

export const burstOf = ({ bursts }: StreamEngine, stream: string, client: string): BurstCell | undefined =>
  bursts.find((cell) => cell.stream === stream && cell.client === client);

export const steadyOf = ({ steady }: StreamEngine, stream: string, client: string): SteadyCell | undefined =>
  steady.find((cell) => cell.stream === stream && cell.client === client);
