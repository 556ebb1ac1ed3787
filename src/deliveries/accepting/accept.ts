import { randomUUID } from 'node:crypto';
import { isConflict } from '../../database/failure.ts';
import type { Pool } from '../../database/pool.ts';
import { SharedCommits } from '../../database/shared-commit.ts';
import { inTransaction, type Tx } from '../../database/transaction.ts';
import type { Recorder } from '../../statistics/recorder.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { deleteDeliveries } from '../delivery-store.ts';
import { insertDeliveries, type NewDelivery } from './insert-deliveries.ts';
import { isShownHeld, shownReason, type Delivery } from '../delivery.ts';
import { keepWebhooks } from './keep-webhooks.ts';
import { insertAnyDeliveries, isKeyed, lockKeysOf } from '../order/insert-keyed.ts';
import type { OrderingKey } from '../order/ordering-key.ts';
import { promoteNext } from '../order/promote.ts';
import { behindOutbox, insertBehind, waitsInOutbox } from '../outbox/behind.ts';
import { inStatements } from './statement-size.ts';
import { untilFree } from '../idempotency/patience.ts';
import { IdempotencyRefusal } from '../idempotency/refusal.ts';
import { DEFAULT_WINDOW_SECONDS, type IdempotentRequest } from '../idempotency/request.ts';
import { keepRequests, standingsOf } from '../idempotency/request-store.ts';
import { outcomesOf, type Accepted, type Caller, type Outcome, type Stored } from './accepted.ts';
import type { GatedWebhooks } from '../gated-webhooks.ts';
import type { DeliveryQueue } from '../../queue/delivery-queue.ts';

export type Draft = Omit<NewDelivery, 'id'>;

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
  /** Left out: nobody counts for the API. */
  statistics?: Recorder;
  gated?: GatedWebhooks;
  /** How long the keys of requests are kept. */
  idempotencyWindowSeconds?: number;
};

/**
 * Takes deliveries in. Callers that come while a transaction commits share the next one. Those with
 * ordering keys may have to wait for a key: they have transactions of their own.
 */
export class Acceptor {
  readonly #parts: AcceptParts;
  readonly #shared: SharedCommits<Caller, Outcome>;
  readonly #sharedKeyed: SharedCommits<Caller, Outcome>;

  constructor(parts: AcceptParts) {
    this.#parts = parts;
    this.#shared = sharedCommits(parts);
    this.#sharedKeyed = sharedCommits(parts);
  }

  /**
   * Stores the drafts of one caller with their jobs in one transaction, which is committed when
   * this resolves. A draft whose webhook is missing does not keep the others out. A `request` that
   * was done before stores nothing again.
   * @returns what became of each draft, in their order.
   * @throws Overloaded when too many callers wait already
   * @throws IdempotencyRefusal where the key of `request` is another's, or held for too long
   */
  async accept<const Drafts extends readonly Draft[]>(
    drafts: Drafts,
    request?: IdempotentRequest,
  ): Promise<AcceptedOf<Drafts>> {
    const named = drafts.map((draft) => ({ ...draft, id: randomUUID() }));
    const take = () => this.#take({ drafts: named, request });
    const results = await untilFree(take);
    if (results === 'reused') throw new IdempotencyRefusal('idempotency_key_reused');
    this.#count(results.flatMap((one) => (one.kind === 'stored' ? [one.delivery] : [])));
    return results as AcceptedOf<Drafts>;
  }

  /** Those that wait in the outbox are counted for the API by who takes them in. */
  #count(stored: Delivery[]): void {
    const { metrics, statistics } = this.#parts;
    metrics.accepted.inc(stored.length);
    for (const delivery of stored) {
      if (waitsInOutbox(delivery)) continue;
      statistics?.note(delivery.webhook_id, 'accepted');
      if (isShownHeld(delivery)) statistics?.note(delivery.webhook_id, 'held');
    }
  }

  async #take(caller: Caller): Promise<Decided> {
    const commits = caller.drafts.some(isKeyed) ? this.#sharedKeyed : this.#shared;
    const shared = await commits.add(caller);
    if (shared !== 'passed_over') return shared;
    return inTransaction(this.#parts.pool, (tx) => acceptAlone(this.#parts, tx, caller));
  }
}

/** What became of a caller in the end: one that is passed over goes alone. */
type Decided = Exclude<Outcome, 'passed_over'>;

function sharedCommits(parts: AcceptParts): SharedCommits<Caller, Outcome> {
  return new SharedCommits(
    (callers: Caller[]) => inTransaction(parts.pool, (tx) => acceptTogether(parts, tx, callers)),
    {
      maxBatch: MAX_BATCH,
      weight: { of: ({ drafts }) => drafts.length, max: MAX_BATCH },
      maxWaiting: 5000,
      lanes: 2,
      retryDelayMs: (failures, error) =>
        isConflict(error) && failures <= 3 ? 10 * failures : undefined,
    },
  );
}

async function acceptTogether(parts: AcceptParts, tx: Tx, callers: Caller[]): Promise<Outcome[]> {
  const standings = await standingsOf(
    tx,
    callers.map(({ request }) => request),
  );
  const fresh = callers.filter((_caller, i) => standings[i]?.kind === 'new');
  const drafts = fresh.flatMap((caller) => caller.drafts);
  const waiting = await lockKeysOf(tx, drafts);
  const stored = await store(parts, tx, { drafts, waiting, wait: false });
  const passedOver = fresh.filter((caller) => caller.drafts.some(({ id }) => !stored.has(id)));
  // All drafts of a caller are in one transaction: what is stored of theirs is taken back.
  const ids = passedOver.flatMap((caller) => caller.drafts.map(({ id }) => id));
  await takeBack(
    tx,
    stored,
    ids.filter((id) => stored.has(id)),
  );
  await enqueueDue(parts, tx, stored);
  keep(parts, tx, { callers: fresh, stored });
  return outcomesOf(tx, callers, { standings, stored, passedOver: new Set(passedOver) });
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
async function acceptAlone(parts: AcceptParts, tx: Tx, caller: Caller): Promise<Decided> {
  const standings = await standingsOf(tx, [caller.request]);
  const isNew = standings[0]?.kind === 'new';
  const drafts = isNew ? caller.drafts : [];
  // Before any key is locked: others would have to wait for the key, and so for that removal.
  if (drafts.some(isKeyed)) await keepWebhooks(tx, drafts, { wait: true });
  const waiting = await lockKeysOf(tx, drafts);
  const stored = await store(parts, tx, { drafts, waiting, wait: true });
  await enqueueDue(parts, tx, stored);
  keep(parts, tx, { callers: isNew ? [caller] : [], stored });
  const made = { standings, stored, passedOver: new Set<Caller>() };
  const [outcome] = await outcomesOf(tx, [caller], made);
  return outcome as Decided;
}

async function store(
  { metrics, gated, queue }: AcceptParts,
  tx: Tx,
  { drafts, waiting, wait }: { drafts: NewDelivery[]; waiting: OrderingKey[]; wait: boolean },
): Promise<Stored> {
  if (drafts.length > 0) metrics.acceptBatch.observe(drafts.length);
  const stored: Stored = new Map();
  const { behind, free } = behindOutbox(drafts, waiting);
  for (const one of await insertBehind(tx, behind, { wait })) stored.set(one.delivery.id, one);
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

/** Keeps the requests of those callers of whom something was stored. */
function keep(
  { idempotencyWindowSeconds = DEFAULT_WINDOW_SECONDS }: AcceptParts,
  tx: Tx,
  { callers, stored }: { callers: Caller[]; stored: Stored },
): void {
  const done = callers.flatMap(({ drafts, request }) => {
    if (request === undefined || !drafts.some(({ id }) => stored.has(id))) return [];
    return [{ ...request, deliveryIds: drafts.map(({ id }) => id) }];
  });
  keepRequests(tx, done, idempotencyWindowSeconds);
}
