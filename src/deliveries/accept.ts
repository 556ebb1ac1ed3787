import { randomUUID } from 'node:crypto';
import { isConflict } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { SharedCommits } from '../database/shared-commit.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import {
  deleteDeliveries,
  insertDeliveries,
  type NewDelivery,
  type StoredDelivery,
} from './delivery-store.ts';
import { shownReason, type Delivery } from './delivery.ts';
import { insertAnyDeliveries, isKeyed, lockKeysOf, waitForWebhooks } from './order/insert-keyed.ts';
import type { OrderingKey } from './order/ordering-key.ts';
import { promoteNext } from './order/promote.ts';
import { behindOutbox, insertWaiting } from './outbox/insert-waiting.ts';
import { inStatements } from './statement-size.ts';
import type { GatedWebhooks } from './gated-webhooks.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';

export type Draft = Omit<NewDelivery, 'id'>;

/** What became of a draft. */
export type Accepted = { kind: 'stored'; delivery: Delivery } | { kind: 'webhook_missing' };

/** What became of each of some drafts, in their order. */
type AcceptedOf<Drafts extends readonly Draft[]> = {
  -readonly [Index in keyof Drafts]: Accepted;
};

/** Most drafts that callers bring into one transaction together. */
const MAX_BATCH = 100;

/** `gated` is refreshed by whoever owns it; without that the database is asked each time. */
export type AcceptParts = {
  pool: Pool;
  queue: DeliveryQueue;
  metrics: Metrics;
  gated?: GatedWebhooks;
};

/**
 * Takes deliveries in. Callers that come while a transaction commits share the next one. Those with
 * ordering keys may have to wait for a key: they have transactions of their own.
 */
export class Acceptor {
  readonly #parts: AcceptParts;
  readonly #shared: SharedCommits<NewDelivery[], Shared>;
  readonly #sharedKeyed: SharedCommits<NewDelivery[], Shared>;

  constructor(parts: AcceptParts) {
    this.#parts = parts;
    this.#shared = sharedCommits(parts);
    this.#sharedKeyed = sharedCommits(parts);
  }

  /**
   * Stores the drafts of one caller with their jobs in one transaction, which is committed when
   * this resolves. A draft whose webhook is missing does not keep the others out.
   * @returns what became of each draft, in their order.
   * @throws Overloaded when too many callers wait already
   */
  async accept<const Drafts extends readonly Draft[]>(drafts: Drafts): Promise<AcceptedOf<Drafts>> {
    const { pool, metrics } = this.#parts;
    const named = drafts.map((draft) => ({ ...draft, id: randomUUID() }));
    const commits = named.some(isKeyed) ? this.#sharedKeyed : this.#shared;
    const shared = await commits.add(named);
    const results =
      shared.kind === 'passed_over'
        ? await inTransaction(pool, (tx) => acceptAlone(this.#parts, tx, named))
        : shared.results;
    metrics.accepted.inc(results.filter(({ kind }) => kind === 'stored').length);
    return results as AcceptedOf<Drafts>;
  }
}

function sharedCommits(parts: AcceptParts): SharedCommits<NewDelivery[], Shared> {
  return new SharedCommits(
    (callers: NewDelivery[][]) =>
      inTransaction(parts.pool, (tx) => acceptTogether(parts, tx, callers)),
    {
      maxBatch: MAX_BATCH,
      weight: { of: (drafts) => drafts.length, max: MAX_BATCH },
      maxWaiting: 5000,
      lanes: 2,
      retryDelayMs: (failures, error) =>
        isConflict(error) && failures <= 3 ? 10 * failures : undefined,
    },
  );
}

/**
 * What a transaction made of the drafts of one of the callers that share it. `passed_over`: it
 * stored none of them, as a webhook of theirs does not exist, or somebody is removing it.
 */
type Shared = { kind: 'accepted'; results: Accepted[] } | { kind: 'passed_over' };

async function acceptTogether(
  parts: AcceptParts,
  tx: Tx,
  callers: NewDelivery[][],
): Promise<Shared[]> {
  const drafts = callers.flat();
  const waiting = await lockKeysOf(tx, drafts);
  const stored = await store(parts, tx, { drafts, waiting, wait: false });
  const passedOver = new Set(callers.filter((drafts) => drafts.some(({ id }) => !stored.has(id))));
  // All drafts of a caller are in one transaction: what is stored of theirs is taken back.
  const ids = [...passedOver].flat().map(({ id }) => id);
  await takeBack(
    tx,
    stored,
    ids.filter((id) => stored.has(id)),
  );
  await enqueueDue(parts, tx, stored);
  return callers.map((drafts) =>
    passedOver.has(drafts)
      ? { kind: 'passed_over' }
      : { kind: 'accepted', results: resultsOf(drafts, stored) },
  );
}

/** Another caller's delivery may have waited behind one that is taken back. */
async function takeBack(tx: Tx, stored: Stored, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const id of ids) stored.delete(id);
  for (const { id, reason, delaySeconds } of await promoteNext(
    tx,
    await deleteDeliveries(tx, ids),
  )) {
    const delivery = stored.get(id)?.delivery;
    if (delivery === undefined) continue;
    const held_reason = shownReason(reason, delivery.send_at !== null && delaySeconds > 0);
    const isHeld = reason !== null;
    stored.set(id, { delivery: { ...delivery, held_reason }, isHeld, delaySeconds });
  }
}

/** Waits for whoever is removing a webhook, and sees how that ends. */
async function acceptAlone(parts: AcceptParts, tx: Tx, drafts: NewDelivery[]): Promise<Accepted[]> {
  if (drafts.some(isKeyed)) await waitForWebhooks(tx, drafts);
  const waiting = await lockKeysOf(tx, drafts);
  const stored = await store(parts, tx, { drafts, waiting, wait: true });
  await enqueueDue(parts, tx, stored);
  return resultsOf(drafts, stored);
}

type Stored = Map<string, StoredDelivery>;

async function store(
  { metrics, gated, queue }: AcceptParts,
  tx: Tx,
  { drafts, waiting, wait }: { drafts: NewDelivery[]; waiting: OrderingKey[]; wait: boolean },
): Promise<Stored> {
  metrics.acceptBatch.observe(drafts.length);
  const stored: Stored = new Map();
  const { behind, free } = behindOutbox(drafts, waiting);
  for (const some of inStatements(behind))
    for (const one of await insertWaiting(tx, some, { wait })) stored.set(one.delivery.id, one);
  if (behind.length > 0) queue.wakeForOutbox(tx);
  for (const some of inStatements(free)) {
    const isPlain = some.every((draft) => !isKeyed(draft) && draft.sendAt === undefined);
    const insert = isPlain ? insertDeliveries : insertAnyDeliveries;
    const mayHold = gated?.mayHold(some.map(({ webhookId }) => webhookId)) ?? true;
    for (const one of await insert(tx, some, { wait, gated: mayHold }))
      stored.set(one.delivery.id, one);
  }
  return stored;
}

/** Gives those that are not held their jobs. */
async function enqueueDue({ queue }: AcceptParts, tx: Tx, stored: Stored): Promise<void> {
  const due = [...stored.values()].filter(({ isHeld }) => !isHeld);
  if (due.length === 0) return;
  const jobs = due.map(({ delivery: { id, webhook_id }, delaySeconds }) => ({
    deliveryId: id,
    webhookId: webhook_id,
    delaySeconds,
  }));
  await queue.enqueue(tx, jobs);
  queue.wake(tx);
}

function resultsOf(drafts: NewDelivery[], stored: Stored): Accepted[] {
  return drafts.map(({ id }) => {
    const one = stored.get(id);
    return one === undefined
      ? { kind: 'webhook_missing' }
      : { kind: 'stored', delivery: one.delivery };
  });
}
