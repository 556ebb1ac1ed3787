/** Counting stops here: this many stands for as many and more. */
export const MOST_COUNTED = 100;

/** `1 delivery`, `12 deliveries`, `100 or more deliveries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  if (count >= MOST_COUNTED) return `${MOST_COUNTED} or more ${many}`;
  return `${count} ${count === 1 ? one : many}`;
}

export const deliveries = (count: number) => counted(count, 'delivery', 'deliveries');

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `45 seconds`, `1 minute`, `3 hours`: the largest whole unit. */
export function lasting(seconds: number): string {
  const whole = Math.max(0, seconds);
  const [unit, size] = UNITS.find((one) => whole >= one[1]) ?? (['second', 1] as const);
  const count = Math.floor(whole / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** How an attempt failed, in few words. */
export function failure({
  error,
  response_status_code: status,
}: {
  error: string;
  response_status_code: number;
}): string {
  return error === '' ? `HTTP status ${status}` : error;
}

/** A text as the end of a sentence. */
export function asEnd(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
