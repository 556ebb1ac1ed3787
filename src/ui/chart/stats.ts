import type { Schemas } from '../../client/api.ts';
import { count } from '../../client/explaining/time-words.ts';

export type Step = Schemas['StatsOfStep'];

export const RANGES = {
  '1h': { name: '1 hour', last: 'hour', step: 'minute', ms: 3_600_000 },
  '24h': { name: '24 hours', last: '24 hours', step: 'hour', ms: 86_400_000 },
  '7d': { name: '7 days', last: '7 days', step: 'hour', ms: 604_800_000 },
} as const;

export type Range = keyof typeof RANGES;

/** What is asked of the API for a range that ends now. */
export function queryOf(range: Range, now: number) {
  const { step, ms } = RANGES[range];
  return { step, from: new Date(now - ms).toISOString(), to: new Date(now).toISOString() };
}

/** When steps begin, in seconds since 1970. */
export const timesOf = (steps: Step[]): number[] => steps.map(({ at }) => Date.parse(at) / 1000);

/** Bars that stand on each other: each list is the sum of an outcome and those below it. */
export function stackOf(steps: Step[]): [failed: number[], retried: number[], succeeded: number[]] {
  return [
    steps.map((step) => step.succeeded + step.retried + step.failed),
    steps.map((step) => step.succeeded + step.retried),
    steps.map((step) => step.succeeded),
  ];
}

type Outcome = 'succeeded' | 'retried' | 'failed';

export const OUTCOMES: Record<Outcome, string> = {
  succeeded: 'succeeded',
  retried: 'failed and tried again',
  failed: 'failed for good',
};

/** What became of attempts in some steps, in words. */
export function outcomeWords(steps: Step[]): string {
  const sum = (name: Outcome) => steps.reduce((all, step) => all + step[name], 0);
  const names = Object.keys(OUTCOMES) as Outcome[];
  return names.map((name) => `${count(sum(name))} ${OUTCOMES[name]}`).join(', ');
}

/** A duration at an axis or in a table. */
export function msWords(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toPrecision(3))} s`;
}
