import type { TokenLife } from './token-life.ts';

type GrantParts = {
  /** When it was asked for, `performance.now()`: a token may have been given at that moment. */
  askedAt: number;
  /** How long the token is good for; Infinity where the webhook has no rate limit. */
  lifeMs: number;
  life: TokenLife;
};

/** Leave to send a claim of a limited webhook, once, and soon. */
export class Grant {
  readonly #parts: GrantParts;

  constructor(parts: GrantParts) {
    this.#parts = parts;
  }

  /** The send begins at this moment. False: the token is too old, and nothing may be sent. */
  begin(now = performance.now()): boolean {
    const { askedAt, lifeMs, life } = this.#parts;
    const ageMs = now - askedAt;
    if (lifeMs !== Infinity) life.note(ageMs);
    return ageMs <= lifeMs;
  }
}
