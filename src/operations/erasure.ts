import { eraseTexts } from '../attempts/remove-attempts.ts';
import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import { BEFORE_ALL, type CreatedPlace } from '../deliveries/created-place.ts';
import { countCarrying, lookAtCarrying, type LookedAt } from '../deliveries/erasing/carrying.ts';
import { erasePayloads } from '../deliveries/erasing/erase.ts';
import { freedKeys } from '../deliveries/fail.ts';
import { goOn } from '../deliveries/order/promote.ts';
import type { Metadata } from '../webhooks/metadata.ts';
import { nextCarryingWebhook } from '../webhooks/webhook-store.ts';
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
 * What an erasure would find; `pending` are those that would fail. `at_least`: counting has
 * stopped, and there may be more.
 */
export type ErasureCount = { matching: number; pending: number; at_least: boolean };

/**
 * Counts what an erasure that begins now would find: first what carries the pairs itself, then
 * what belongs to a webhook that does. It looks at a million deliveries at most.
 */
export async function countErasure(
  db: Queryable,
  metadata: Metadata,
  until = 'infinity',
): Promise<ErasureCount> {
  const counted = { matching: 0, pending: 0, at_least: false };
  let left = MOST_COUNTED;
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
  const { matching } = await countErasure(db, metadataOf(operation), operation.started_at);
  return matching;
}

const metadataOf = ({ filter }: Begun) => filter['metadata'] as Metadata;

/** Null for a webhook: what carries the pairs itself. */
type ErasurePlace = { webhook_id: string | null; after: CreatedPlace };

const START: ErasurePlace = { webhook_id: null, after: BEFORE_ALL };

/** Deliveries that a step looks at, at most. */
const LOOK = 1000;

/**
 * Erases up to `size`, the oldest first. The ordering keys of those that were pending go on.
 */
export async function eraseSome(
  { tx, queue }: StepParts,
  operation: Begun,
  size: number,
): Promise<Step> {
  const place = (operation.place as ErasurePlace | null) ?? START;
  const carrying = {
    metadata: metadataOf(operation),
    webhookId: place.webhook_id,
    until: operation.started_at,
    after: place.after,
  };
  const { ids, after, isAll } = cut(await lookAtCarrying(tx, carrying, LOOK), size, LOOK);
  const { erased, failed } = await erasePayloads(tx, ids);
  const done = new Set([...erased, ...(await eraseTexts(tx, ids))]).size;
  await goOn(tx, queue, freedKeys(failed));
  const next = isAll
    ? await nextWebhook(tx, operation, place)
    : { place: { ...place, after: after ?? place.after }, isLast: false };
  return { ...next, done, skipped: ids.length - done, failed };
}

async function nextWebhook(
  tx: Tx,
  operation: Begun,
  place: ErasurePlace,
): Promise<Pick<Step, 'place' | 'isLast'>> {
  const carrying = { metadata: metadataOf(operation), until: operation.started_at };
  const id = await nextCarryingWebhook(tx, carrying, place.webhook_id);
  if (id === undefined) return { place, isLast: true };
  return { place: { webhook_id: id, after: BEFORE_ALL }, isLast: false };
}

/** Payloads that a step removes, at most, unless one of them alone has more. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * How much of what was looked at one step takes: `size` deliveries, and `MOST_BYTES` of payloads.
 * `after` is the last row that it is done with. `isAll`: there is no more behind it.
 */
export function cut(
  looked: LookedAt[],
  size: number,
  look: number,
): { ids: string[]; after: CreatedPlace | undefined; isAll: boolean } {
  const ids: string[] = [];
  let bytes = 0;
  let after: CreatedPlace | undefined;
  for (const { created_at, id, belongs, bytes: more } of looked) {
    const isFull = ids.length >= size || (ids.length > 0 && bytes + more > MOST_BYTES);
    if (belongs && isFull) return { ids, after, isAll: false };
    if (belongs) {
      ids.push(id);
      bytes += more;
    }
    after = { created_at, id };
  }
  return { ids, after, isAll: looked.length < look };
}
