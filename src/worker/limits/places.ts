import { nextQuestion, takeTokens } from '../../webhooks/limits/gcra.ts';
import type { Limits } from '../../webhooks/limits/window.ts';

/** What is known of a webhook while its state is locked, and what is asked for. */
export type Question = {
  wanted: number;
  /** Permits in use. */
  used: number;
  /** How far the theoretical arrival time is ahead of now; -Infinity: nothing has started yet. */
  aheadMs: number;
  /** How long a token is to be good for. */
  lifeMs: number;
};

/**
 * When a webhook can have more places, and how many: some are `left`; or all `permits` are in use,
 * and come back when sends end; or the next `tokens` come after a time.
 */
export type Next =
  | { kind: 'left'; most: number }
  | { kind: 'permits' }
  | { kind: 'tokens'; afterMs: number; expected: number };

export type Places = { granted: number; aheadMs: number; next: Next };

/** Decides how many claims of a webhook may be sent now. */
export function placesFor(
  { max_concurrency, rate_limit }: Limits,
  { wanted, used, aheadMs, lifeMs }: Question,
): Places {
  const permits = max_concurrency === null ? Infinity : Math.max(0, max_concurrency - used);
  const allowed = Math.min(wanted, permits);
  if (rate_limit === null)
    return { granted: allowed, aheadMs, next: nextOfPermits(permits - allowed) };
  const given = takeTokens(rate_limit, { aheadMs, wanted: allowed, lifeMs });
  const next: Next =
    given.left === 0
      ? { kind: 'tokens', ...nextQuestion(rate_limit, given.waitMs) }
      : nextOfPermits(permits - given.tokens, given.left);
  return { granted: given.tokens, aheadMs: given.aheadMs, next };
}

function nextOfPermits(permits: number, tokens = Infinity): Next {
  return permits === 0 ? { kind: 'permits' } : { kind: 'left', most: Math.min(permits, tokens) };
}
