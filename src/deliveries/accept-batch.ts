import { randomUUID } from 'node:crypto';
import { isConflict } from '../database/failure.ts';
import { SharedCommits } from '../database/shared-commit.ts';
import { inTransaction } from '../database/transaction.ts';
import type { AcceptParts, Draft } from './accept.ts';
import type { NewDelivery } from './delivery-store.ts';
import { insertBatch, keepWebhooks } from './outbox/insert-batch.ts';
import { inStatements } from './statement-size.ts';

/** What became of a batch. `index`: the place of the first draft whose webhook is missing. */
export type AcceptedBatch =
  | { kind: 'stored'; ids: string[] }
  | { kind: 'webhook_missing'; index: number };

type BatchParts = Pick<AcceptParts, 'pool' | 'queue' | 'metrics'>;

/**
 * Batches in the database at a time. The next ones wait here, and leave connections of the pool and
 * the processors of the database to everybody else. On 2 busy cores, 4 clients had 12,500
 * deliveries a second accepted with two, and 7,600 with one.
 */
const LANES = 2;

/** Takes batches in, each in a transaction of its own. */
export class BatchAcceptor {
  readonly #metrics: BatchParts['metrics'];
  readonly #commits: SharedCommits<NewDelivery[], AcceptedBatch>;

  constructor(parts: BatchParts) {
    this.#metrics = parts.metrics;
    this.#commits = new SharedCommits(
      (batches) => Promise.all(batches.map((drafts) => store(parts, drafts))),
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
   * whatever is accepted afterwards. @throws Overloaded when too many batches wait already
   */
  async accept(drafts: Draft[]): Promise<AcceptedBatch> {
    const named = drafts.map((draft) => {
      return { ...draft, id: randomUUID(), webhookId: draft.webhookId.toLowerCase() };
    });
    const accepted = await this.#commits.add(named);
    if (accepted.kind === 'stored') {
      this.#metrics.acceptBatch.observe(named.length);
      this.#metrics.accepted.inc(named.length);
    }
    return accepted;
  }
}

function store({ pool, queue }: BatchParts, drafts: NewDelivery[]): Promise<AcceptedBatch> {
  return inTransaction(pool, async (tx) => {
    const kept = await keepWebhooks(tx, drafts);
    const index = drafts.findIndex(({ webhookId }) => !kept.has(webhookId));
    if (index >= 0) return { kind: 'webhook_missing', index };
    for (const some of inStatements(drafts)) await insertBatch(tx, some);
    queue.wakeForOutbox(tx);
    return { kind: 'stored', ids: drafts.map(({ id }) => id) };
  });
}
