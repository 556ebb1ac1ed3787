import { eraseTexts } from '../attempts/remove-attempts.ts';
import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { BEFORE_ALL, type CreatedPlace } from '../deliveries/created-place.ts';
import { countCarrying, lookAtCarrying } from '../deliveries/erasing/carrying.ts';
import { erasePayloads } from '../deliveries/erasing/erase.ts';
import { freedKeys } from '../deliveries/fail.ts';
import { goOn } from '../deliveries/order/promote.ts';
import { countCarryingEvents } from '../events/erasing/carrying.ts';
import type { Metadata } from '../webhooks/metadata.ts';
import { nextCarryingWebhook } from '../webhooks/webhook-store.ts';
import { cut } from './cut.ts';
import { eraseSomeEvents, stopSomeFanOuts } from './event-erasure.ts';
import type { StepParts } from './kind.ts';
import { insertOperation } from './operation-store.ts';
import { MOST_COUNTED, type Begun, type Operation, type Step } from './operation.ts';

/** Removes payloads and texts of all that carries these pairs, itself or by its webhook. */
export function createErasure(pool: Pool, metadata: Metadata): Promise<Operation> {
  return inTransaction(pool, (tx) =>
    insertOperation(tx, {
      kind: 'erasure',
      filter: { metadata },
      webhookIds: null,
      ratePerSecond: null,
    }),
  );
}

/**
 * What an erasure would find: `matching` deliveries, of which those that are `pending` would fail,
 * and `events`. `at_least`: counting has stopped, and there may be more.
 */
export type ErasureCount = {
  matching: number;
  pending: number;
  events: number;
  at_least: boolean;
};

/**
 * Counts what an erasure that begins now would find: first what carries the pairs itself, then
 * what belongs to a webhook that does. It looks at a million events and deliveries at most.
 */
export async function countErasure(
  db: Queryable,
  metadata: Metadata,
  until = 'infinity',
): Promise<ErasureCount> {
  const ofEvents = { metadata, until, after: BEFORE_ALL };
  const events = await countCarryingEvents(db, ofEvents, MOST_COUNTED);
  const counted = { matching: 0, pending: 0, events: events.matching, at_least: false };
  let left = MOST_COUNTED - events.looked;
  for (let webhookId: string | null | undefined = null; webhookId !== undefined;) {
    const carrying = { metadata, webhookId, until, after: BEFORE_ALL };
    const { matching, pending, looked } = await countCarrying(db, carrying, left + 1);
    counted.matching = Math.min(MOST_COUNTED, counted.matching + matching);
    counted.pending = Math.min(MOST_COUNTED, counted.pending + pending);
    left -= looked;
    if (left < 0) return { ...counted, at_least: true };
    webhookId = await nextCarryingWebhook(db, { metadata, until }, webhookId);
  }
  return counted;
}

export async function countErased(db: Queryable, operation: Begun): Promise<number> {
  const { metadata, until } = askedOf(operation);
  const { matching, events } = await countErasure(db, metadata, until);
  return Math.min(MOST_COUNTED, matching + events);
}

function askedOf({ filter, started_at: until }: Begun): { metadata: Metadata; until: string } {
  return { metadata: filter['metadata'] as Metadata, until };
}

/**
 * Where an erasure is. First it ends the fan-out of events that carry the pairs: from `made_until`
 * on no delivery of them is made. Then, without a `stage`, it erases deliveries: those that carry
 * the pairs, and those of each webhook that does. The payloads of the events go last, so that no
 * delivery is pending then whose payload they are. `event`: the last one that a stage of events is
 * done with.
 */
type ErasurePlace = {
  stage?: 'fan_outs' | 'events';
  event?: CreatedPlace;
  made_until?: string;
  /** Null: what carries the pairs itself. */
  webhook_id: string | null;
  after: CreatedPlace;
};

const DELIVERIES = { webhook_id: null, after: BEFORE_ALL };
const START: ErasurePlace = { ...DELIVERIES, stage: 'fan_outs' };

/** Rows that a step looks at, at most. */
const LOOK = 1000;

/**
 * Erases up to `size`, the oldest first. The ordering keys of those that were pending go on.
 */
export async function eraseSome(parts: StepParts, operation: Begun, size: number): Promise<Step> {
  const place = (operation.place as ErasurePlace | null) ?? START;
  const { stage, event: after = BEFORE_ALL } = place;
  if (stage === undefined) return eraseSomeDeliveries(parts, operation, { place, size });
  const carrying = { ...askedOf(operation), after };
  if (stage === 'events') {
    const { after: event, isAll, ...erased } = await eraseSomeEvents(parts.tx, carrying, size);
    return { ...erased, place: { ...place, event }, isLast: isAll };
  }
  const { event, madeUntil } = await stopSomeFanOuts(parts, carrying);
  const next =
    madeUntil === undefined ? { ...START, event } : { ...DELIVERIES, made_until: madeUntil };
  return { done: 0, skipped: 0, place: next, isLast: false };
}

async function eraseSomeDeliveries(
  { tx, queue }: StepParts,
  operation: Begun,
  { place, size }: { place: ErasurePlace; size: number },
): Promise<Step> {
  const carrying = {
    ...askedOf(operation),
    webhookId: place.webhook_id,
    madeUntil: place.made_until,
    after: place.after,
  };
  const { ids, after, isAll } = cut(await lookAtCarrying(tx, carrying, LOOK), size, LOOK);
  const { erased, failed } = await erasePayloads(tx, ids);
  const done = new Set([...erased, ...(await eraseTexts(tx, ids))]).size;
  await goOn(tx, queue, freedKeys(failed));
  const next = isAll
    ? await nextPlace(tx, operation, place)
    : { ...place, after: after ?? place.after };
  return { place: next, isLast: false, done, skipped: ids.length - done, failed };
}

/** The next webhook that carries the pairs; behind the last one, the events. */
async function nextPlace(tx: Tx, operation: Begun, place: ErasurePlace): Promise<ErasurePlace> {
  const id = await nextCarryingWebhook(tx, askedOf(operation), place.webhook_id);
  return id === undefined
    ? { ...DELIVERIES, stage: 'events' }
    : { webhook_id: id, after: BEFORE_ALL };
}
