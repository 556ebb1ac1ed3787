/** How long what is told together lasts. Hours and days are those of UTC. */
export type Step = 'minute' | 'hour' | 'day';

/** How long rows of minutes are kept, and those of hours. Days are made of hours. */
export const MINUTES_KEPT_DAYS = 30;
export const HOURS_KEPT_DAYS = 400;

/** Most steps of an answer: a day of minutes, two months of hours. */
const MOST_STEPS = 1500;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const STEP_MS: Record<Step, number> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS };

/** How many steps there are where nobody says from when: an hour, a day, 30 days. */
const USUAL_STEPS: Record<Step, number> = { minute: 60, hour: 24, day: 30 };

/** Whole steps, from the first one up to and without `toMs`; in ms since 1970. */
export type Range = { step: Step; fromMs: number; toMs: number };

/** The end of the last day that is a time of RFC 3339, which has four digits for the year. */
const LAST_MS = Date.parse('9999-12-31T00:00:00Z');

type Asked = { step: Step; fromMs?: number | undefined; toMs?: number | undefined };

/**
 * The steps that are asked for: `from` rounded down to a step, and `to` up. Without `to` they end
 * with the step of now. @returns why they are refused, as text, where they are.
 */
export function rangeOf({ step, ...asked }: Asked, nowMs: number): Range | string {
  const stepMs = STEP_MS[step];
  const toMs = Math.ceil((asked.toMs ?? nowMs) / stepMs) * stepMs;
  if (toMs > LAST_MS) return 'to: must not be after 9999-12-31T00:00:00Z';
  const fromMs =
    asked.fromMs === undefined
      ? toMs - USUAL_STEPS[step] * stepMs
      : Math.floor(asked.fromMs / stepMs) * stepMs;
  if (fromMs >= toMs) return 'from: must be before to';
  const keptDays = step === 'minute' ? MINUTES_KEPT_DAYS : HOURS_KEPT_DAYS;
  if (fromMs < Math.floor((nowMs - keptDays * DAY_MS) / stepMs) * stepMs)
    return step === 'minute'
      ? `from: minutes are kept for ${keptDays} days; ask for step=hour or step=day`
      : `from: statistics are kept for ${keptDays} days`;
  if (toMs - fromMs > MOST_STEPS * stepMs)
    return `to: at most ${MOST_STEPS} steps; ask for a shorter time, or a longer step`;
  return { step, fromMs, toMs };
}

/** The beginning of each step, in ms since 1970. */
export function beginnings({ step, fromMs, toMs }: Range): number[] {
  const count = (toMs - fromMs) / STEP_MS[step];
  return Array.from({ length: count }, (_one, nth) => fromMs + nth * STEP_MS[step]);
}
