/** A time of day to the millisecond: 20:34:25.118. */
export function clock(moment: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(moment.getMilliseconds()).padStart(3, '0');
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}.${ms}`;
}
