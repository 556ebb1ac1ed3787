import { LRUCache } from 'lru-cache';
import type { OAuth2 } from '../../webhooks/request/auth/auth.ts';
import type { Sender } from '../send.ts';
import { requestToken, type NewToken, type SecretIn } from './request-token.ts';
import { SharedFetch, type WaitLimits } from './shared-fetch.ts';
import type { NoToken } from './token-answer.ts';

/** A token that goes into the header Authorization. */
export type Token = { kind: 'token'; value: string };

/** What is known of the token of some credentials. */
type Known = {
  token?: Token;
  keptUntil: number;
  /** Where the endpoint found the secret the last time. */
  secretIn: SecretIn;
  fetching?: SharedFetch<NewToken | NoToken>;
};

/** A token is not used in its last seconds: a request takes time, and clocks differ. */
const SPARE_SECONDS = 30;

/**
 * How long a token is kept whose end is not told. The receiver may refuse it before, with a 401,
 * and then there is a new one.
 */
const UNTOLD_LIFE_SECONDS = 300;

/** How long the token endpoint may take, whatever time those have that wait for it. */
const FETCH_MS = 30_000;

/** Credentials whose tokens are kept; a token takes a few KiB at most. */
const KEPT = 1000;

/**
 * The OAuth 2.0 tokens of this process, by the credentials that they were fetched with: webhooks
 * with the same ones share a token, and changed ones get a new one. It is fetched when it is needed
 * first, once at a time, and kept until 30 seconds before its end.
 */
export class AccessTokens {
  readonly #sender: Sender;
  readonly #known = new LRUCache<string, Known>({
    max: KEPT,
    memoMethod: () => ({ keptUntil: 0, secretIn: 'header' }),
  });

  readonly #now: () => number;

  /** `sender` fetches them, and so bounds where they may come from. `now`: in milliseconds. */
  constructor(sender: Sender, now = () => performance.now()) {
    this.#sender = sender;
    this.#now = now;
  }

  /**
   * The token of these credentials. `refused` is one that the receiver did not take: then another
   * one. What is in the way is a value.
   */
  async get(oauth2: OAuth2, limits: WaitLimits, refused?: Token): Promise<Token | NoToken> {
    const known = this.#known.memo(keyOf(oauth2));
    const { token, keptUntil } = known;
    if (token && token.value !== refused?.value && this.#now() < keptUntil) return token;
    known.fetching ??= this.#fetch(oauth2, known);
    return known.fetching.wait(limits);
  }

  #fetch(oauth2: OAuth2, known: Known): SharedFetch<NewToken | NoToken> {
    const fetching: Known['fetching'] = new SharedFetch(
      async (signal) => {
        const limits = { timeoutMs: FETCH_MS, signal };
        const askedAt = this.#now();
        const asking = { sender: this.#sender, limits, oauth2 };
        const answer = await requestToken(asking, known.secretIn);
        if (answer.kind === 'token') keep(known, answer, askedAt);
        return answer;
      },
      () => {
        if (known.fetching === fetching) delete known.fetching;
      },
    );
    return fetching;
  }
}

function keyOf({ token_url, client_id, client_secret, scope, audience }: OAuth2): string {
  return JSON.stringify([token_url, client_id, client_secret, scope, audience]);
}

function keep(known: Known, { value, lifeSeconds, secretIn }: NewToken, askedAt: number): void {
  const keptSeconds = lifeSeconds === undefined ? UNTOLD_LIFE_SECONDS : lifeSeconds - SPARE_SECONDS;
  known.token = { kind: 'token', value };
  known.keptUntil = askedAt + keptSeconds * 1000;
  known.secretIn = secretIn;
}
