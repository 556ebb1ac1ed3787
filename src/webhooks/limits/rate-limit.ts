/**
 * In any T seconds at most `burst` + T · `count` / `per_seconds` attempts of a webhook start, in
 * all workers together.
 */
export type RateLimit = { count: number; per_seconds: number; burst: number };

/** A rate limit as a client gives it. */
export type GivenRateLimit = Omit<RateLimit, 'burst'> & { burst?: number | null | undefined };

/** The rate limit with its burst: where the client gave none, what one second has on average. */
export function withBurst({ count, per_seconds, burst }: GivenRateLimit): RateLimit {
  return { count, per_seconds, burst: burst ?? Math.ceil(count / per_seconds) };
}

/**
 * Why a webhook may not have this rate limit, to be read behind the field's name, which is given.
 */
export function rateLimitFault(limit: GivenRateLimit | null | undefined): string | undefined {
  if (limit === null || limit === undefined || (limit.burst ?? 1) <= limit.count) return undefined;
  return `rate_limit.burst: must be <= rate_limit.count, which is ${limit.count}`;
}
