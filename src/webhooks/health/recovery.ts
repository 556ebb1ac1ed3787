import type { State } from '../webhook-state.ts';

/** What of the state of a webhook bounds its window while it recovers. */
export type Recovery = { state: State; recoveringSeconds: number | null };

/**
 * How many jobs a webhook may have whose window is `whole`. While it recovers it is 1 in the first
 * second, and twice as many in each one after it, so that an endpoint which has just come back is
 * not flooded.
 */
export function recoveryWindow({ state, recoveringSeconds }: Recovery, whole: number): number {
  if (state !== 'recovering') return whole;
  return Math.min(whole, 2 ** Math.floor(Math.max(0, recoveringSeconds ?? 0)));
}

/** Its window is whole again. */
export function isRecovered(state: Recovery, whole: number): boolean {
  return state.state === 'recovering' && recoveryWindow(state, whole) === whole;
}
