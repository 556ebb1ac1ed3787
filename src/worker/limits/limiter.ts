import type { Pool } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Claim } from '../../queue/claim.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { LONGEST_LIFE_MS } from '../../webhooks/gcra.ts';
import type { Limits } from '../../webhooks/window.ts';
import { Grant } from './grant.ts';
import type { Next } from './places.ts';
import { takePlaces, type Ask, type Taken } from './take-places.ts';
import { TokenLife } from './token-life.ts';

/** A claim that asks, with what its webhook allows. */
export type Asking = { webhookId: string; lease: { claim: Claim }; webhook: Limits };

/** Which claims of a webhook got a place, and when there are more. */
export type Answer<One> = { granted: (One & { grant: Grant })[]; refused: One[]; next: Next };

type LimiterParts = { pool: Pool; metrics: Pick<Metrics, 'limitedClaims'> };

/** The webhook is gone. */
const GONE: Taken = { claims: new Set(), next: { kind: 'left', most: 1 } };

/**
 * Asks for the places of limited webhooks, which all workers share: a permit where the webhook has
 * a `max_concurrency`, a token where it has a `rate_limit`.
 */
export class Limiter {
  readonly #parts: LimiterParts;
  readonly #life = new TokenLife();

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
    const asks = [...byWebhook].map(([id, some]) => this.#ask(id, some, slowly));
    const taken = await inTransaction(this.#parts.pool, (tx) => takePlaces(tx, asks));
    return new Map(
      asks.map(({ webhookId, lifeMs }) => {
        const grant = new Grant({ askedAt, lifeMs, life: this.#life });
        const some = byWebhook.get(webhookId) ?? [];
        return [webhookId, this.#answer(some, grant, taken.get(webhookId) ?? GONE)];
      }),
    );
  }

  #ask(webhookId: string, some: Asking[], slowly: boolean): Ask {
    const limits = some[0]?.webhook as Limits;
    const { rate_limit } = limits;
    const lifeMs = rate_limit === null ? Infinity : this.#life.of(rate_limit);
    return {
      webhookId,
      limits,
      claims: some.map(({ lease }) => lease.claim),
      lifeMs: slowly ? Math.max(lifeMs, LONGEST_LIFE_MS) : lifeMs,
    };
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
