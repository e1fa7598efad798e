export interface ServerEvent {
  readonly event?: string;
  readonly id?: string;
  readonly data: string;
}

/**
 * One event in wire format. Each line of the data needs its own field, because a newline ends a
 * field.
 */
export function eventBlock({ event, id, data }: ServerEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}`);
  if (event !== undefined) lines.unshift(`event: ${event}`);
  if (id !== undefined) lines.push(`id: ${id}`);
  return lines.join('\n') + '\n\n';
}
