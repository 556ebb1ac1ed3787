import { lifeMs, LONGEST_LIFE_MS } from '../../webhooks/limits/gcra.ts';
import type { RateLimit } from '../../webhooks/limits/rate-limit.ts';

/**
 * How long tokens are good for: as their rate wants it, or longer where this worker takes longer
 * from the question to the start, as on a slow database. So tokens do not come too late again and
 * again. The time is estimated as a round trip is in RFC 6298, section 2, with half the care: a
 * token that comes too late costs no more than that one.
 */
export class TokenLife {
  #meanMs = 0;
  #deviationMs = 0;

  of(limit: RateLimit): number {
    const expectedMs = this.#meanMs + 2 * this.#deviationMs;
    return Math.min(LONGEST_LIFE_MS, Math.max(lifeMs(limit), expectedMs));
  }

  /** A start came so long after the question for its token, whether in time or too late. */
  note(tookMs: number): void {
    const isFirst = this.#meanMs === 0;
    const differenceMs = Math.abs(tookMs - this.#meanMs);
    this.#deviationMs = isFirst ? tookMs / 2 : (3 * this.#deviationMs + differenceMs) / 4;
    this.#meanMs = isFirst ? tookMs : (7 * this.#meanMs + tookMs) / 8;
  }
}
