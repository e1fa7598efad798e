export interface ServerEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: string;
}

/** One event as it goes over the wire. Every line of the data gets its own field, else the first newline would end it. */
export function eventBlock({ event, id, data }: ServerEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}`);
  if (event !== undefined) lines.unshift(`event: ${event}`);
  if (id !== undefined) lines.push(`id: ${id}`);
  return lines.join('\n') + '\n\n';
}
