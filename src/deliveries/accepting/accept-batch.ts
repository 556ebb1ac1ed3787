import { randomUUID } from 'node:crypto';
import { isConflict } from '../../database/failure.ts';
import { SharedCommits } from '../../database/shared-commit.ts';
import { inTransaction, type Tx } from '../../database/transaction.ts';
import type { AcceptParts, Draft } from './accept.ts';
import { hasAny } from '../delivery-store.ts';
import type { NewDelivery } from './insert-deliveries.ts';
import { untilFree } from '../idempotency/patience.ts';
import { IdempotencyRefusal } from '../idempotency/refusal.ts';
import { DEFAULT_WINDOW_SECONDS, type IdempotentRequest } from '../idempotency/request.ts';
import { keepRequests, standingsOf } from '../idempotency/request-store.ts';
import { keepWebhooks } from './keep-webhooks.ts';
import { insertWaiting } from '../outbox/insert-waiting.ts';
import { inStatements } from './statement-size.ts';

/**
 * What became of a batch. `replayed`: an earlier request with its Idempotency-Key has stored it,
 * and `gone`: none of that one's deliveries exists any more. `index`: the place of the first draft
 * whose webhook is missing.
 */
export type AcceptedBatch =
  | { kind: 'stored' | 'replayed'; ids: string[] }
  | { kind: 'webhook_missing'; index: number }
  | { kind: 'gone' };

/** `held`: another transaction has its key. `reused`: that key was used for another request. */
type Outcome = AcceptedBatch | 'held' | 'reused';

type Batch = { drafts: NewDelivery[]; request?: IdempotentRequest | undefined };

type BatchParts = Omit<AcceptParts, 'gated'>;

/**
 * Batches in the database at a time. The next ones wait here, and leave connections of the pool and
 * the processors of the database to everybody else. Two at a time accepted no more on 2 cores, and
 * single POSTs beside them took two to three times as long at p99.
 */
const LANES = 1;

/**
 * Text of a batch that one statement inserts: the driver writes it within some 2 ms, and other
 * requests get their turn between two.
 */
const STATEMENT_CHARACTERS = 256 * 1024;

/** Takes batches in, each in a transaction of its own. */
export class BatchAcceptor {
  readonly #metrics: BatchParts['metrics'];
  readonly #commits: SharedCommits<Batch, Outcome>;

  constructor(parts: BatchParts) {
    this.#metrics = parts.metrics;
    this.#commits = new SharedCommits(
      (batches) => Promise.all(batches.map((one) => take(parts, one))),
      {
        maxBatch: 1,
        maxWaiting: 1000,
        lanes: LANES,
        retryDelayMs: (failures, error) =>
          isConflict(error) && failures <= 3 ? 10 * failures : undefined,
      },
    );
  }

  /**
   * Stores drafts in one transaction, which is committed when this resolves, or none of them where
   * a webhook is missing. They wait in the outbox for a worker to take them in, and go before
   * whatever is accepted afterwards. A `request` that was done before stores nothing again.
   * @throws Overloaded when too many batches wait already
   * @throws IdempotencyRefusal where the key of `request` is another's, or held for too long
   */
  async accept(drafts: Draft[], request?: IdempotentRequest): Promise<AcceptedBatch> {
    const named = drafts.map((draft) => {
      return { ...draft, id: randomUUID(), webhookId: draft.webhookId.toLowerCase() };
    });
    const accepted = await untilFree(() => this.#commits.add({ drafts: named, request }));
    if (accepted === 'reused') throw new IdempotencyRefusal('idempotency_key_reused');
    if (accepted.kind === 'stored') {
      this.#metrics.acceptBatch.observe(named.length);
      this.#metrics.accepted.inc(named.length);
    }
    return accepted;
  }
}

function take(parts: BatchParts, batch: Batch): Promise<Outcome> {
  return inTransaction(parts.pool, async (tx) => {
    // The key before any other lock.
    const [standing] = await standingsOf(tx, [batch.request]);
    switch (standing?.kind) {
      case 'held':
      case 'reused':
        return standing.kind;
      case 'done':
        return replay(tx, standing.deliveryIds);
      default:
        return store(parts, tx, batch);
    }
  });
}

async function replay(tx: Tx, ids: string[]): Promise<AcceptedBatch> {
  return (await hasAny(tx, ids)) ? { kind: 'replayed', ids } : { kind: 'gone' };
}

async function store(parts: BatchParts, tx: Tx, { drafts, request }: Batch): Promise<Outcome> {
  const kept = await keepWebhooks(tx, drafts, { wait: true });
  const index = drafts.findIndex(({ webhookId }) => !kept.has(webhookId));
  if (index >= 0) return { kind: 'webhook_missing', index };
  const sizes = { most: STATEMENT_CHARACTERS };
  for (const some of inStatements(drafts, sizes)) await insertWaiting(tx, some);
  const ids = drafts.map(({ id }) => id);
  const { idempotencyWindowSeconds = DEFAULT_WINDOW_SECONDS } = parts;
  if (request) keepRequests(tx, [{ ...request, deliveryIds: ids }], idempotencyWindowSeconds);
  parts.queue.wakeForOutbox(tx);
  return { kind: 'stored', ids };
}
