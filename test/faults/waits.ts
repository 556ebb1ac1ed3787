import type { Arrival, ReceiverLog } from './receiver-log.ts';
import type { Post } from './traffic.ts';

/**
 * How long each post took to its first arrival, in milliseconds, the shortest first. Infinity: it
 * has not arrived.
 */
export function waitsOf(posts: Post[], receiver: ReceiverLog): number[] {
  return posts.map(({ id, at }) => (receiver.of(id)[0]?.at ?? Infinity) - at).sort((a, b) => a - b);
}

/** The wait that `part`, from 0 to 1, of all have had at most. `waits` is sorted. */
export function quantile(waits: number[], part: number): number {
  return waits[Math.min(waits.length - 1, Math.floor(waits.length * part))] ?? Number.NaN;
}

/** A line for the report of a test. */
export function summaryOf(waits: number[]): string {
  const at = (part: number) => quantile(waits, part).toFixed(0);
  return `${waits.length} waited p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, at most ${at(1)} ms`;
}

/** How many of these requests were open at once at most. */
export function mostAtOnce(arrivals: Arrival[]): number {
  const steps = arrivals.flatMap(({ at, endedAt = Infinity }) => [
    { at, step: 1 },
    { at: endedAt, step: -1 },
  ]);
  let open = 0;
  let most = 0;
  for (const { step } of steps.sort((a, b) => a.at - b.at || a.step - b.step)) {
    open += step;
    most = Math.max(most, open);
  }
  return most;
}
