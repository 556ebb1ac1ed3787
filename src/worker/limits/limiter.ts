import type { Pool } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Claim } from '../../queue/claim.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Limits } from '../../webhooks/limits/window.ts';
import { Grant } from './grant.ts';
import type { Next } from './places.ts';
import { takePlaces, type Ask, type Taken } from './take-places.ts';
import { TokenLife } from './token-life.ts';

/** A claim that asks, with what its webhook allows. */
export type Asking = { webhookId: string; lease: { claim: Claim }; webhook: Limits };

/** Which claims of a webhook got a place, and when there are more. */
export type Answer<One> = { granted: (One & { grant: Grant })[]; refused: One[]; next: Next };

type LimiterParts = { pool: Pool; metrics: Pick<Metrics, 'limitedClaims'> };

/** A process for a send starts in 0.2 s where nothing else runs. */
const SLOW_LIFE_MS = 1000;

/** The webhook is gone. */
const GONE: Taken = { claims: new Set(), next: { kind: 'left', most: 1 } };

/**
 * Asks for the places of limited webhooks, which all workers share: a permit where the webhook has
 * a `max_concurrency`, a token where it has a `rate_limit`.
 */
export class Limiter {
  readonly #parts: LimiterParts;
  readonly #life = new TokenLife();
  /** Of those that start slowly, so that they do not make the life of all tokens longer. */
  readonly #slowLife = new TokenLife();

  constructor(parts: LimiterParts) {
    this.#parts = parts;
  }

  /**
   * Asks for a place for each claim, in one transaction. Its commit waits for the disk: a crash of
   * the database must not forget what was given. `slowly`: they need some time until they start.
   * @returns what the claims of each webhook got, the first ones first.
   */
  async ask<One extends Asking>(
    claims: One[],
    { slowly = false } = {},
  ): Promise<Map<string, Answer<One>>> {
    if (claims.length === 0) return new Map();
    const askedAt = performance.now();
    const byWebhook = Map.groupBy(claims, ({ webhookId }) => webhookId);
    const life = slowly ? this.#slowLife : this.#life;
    const least = slowly ? SLOW_LIFE_MS : 0;
    const asks = [...byWebhook].map(([id, some]) => askOf(id, some, { life, least }));
    const taken = await inTransaction(this.#parts.pool, (tx) => takePlaces(tx, asks));
    return new Map(
      asks.map(({ webhookId, lifeMs }) => {
        const grant = new Grant({ askedAt, lifeMs, life });
        const some = byWebhook.get(webhookId) ?? [];
        return [webhookId, this.#answer(some, grant, taken.get(webhookId) ?? GONE)];
      }),
    );
  }

  #answer<One extends Asking>(some: One[], grant: Grant, { claims, next }: Taken): Answer<One> {
    const { limitedClaims } = this.#parts.metrics;
    const isGranted = ({ lease }: One) => claims.has(lease.claim);
    const granted = some.filter(isGranted).map((one) => ({ ...one, grant }));
    const refused = some.filter((one) => !isGranted(one));
    limitedClaims.inc({ result: 'placed' }, granted.length);
    if (next.kind !== 'left') limitedClaims.inc({ result: `no_${next.kind}` }, refused.length);
    return { granted, refused, next };
  }
}

function askOf(
  webhookId: string,
  some: Asking[],
  { life, least }: { life: TokenLife; least: number },
): Ask {
  const limits = some[0]?.webhook as Limits;
  const { rate_limit } = limits;
  const lifeMs = rate_limit === null ? Infinity : Math.max(least, life.of(rate_limit));
  return { webhookId, limits, claims: some.map(({ lease }) => lease.claim), lifeMs };
}
