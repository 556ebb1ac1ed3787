import assert from 'node:assert/strict';
import type { Queryable } from '../../src/database/pool.ts';
import type { Metadata } from '../../src/webhooks/metadata.ts';

/** All that an erasure may change, and must not change, of deliveries and their attempts. */
type Row = {
  id: string;
  carries: boolean;
  delivery: Record<string, unknown>;
  attempts: Record<string, unknown>[];
};

/** The rows as they are before an erasure. `carries`: they, or their webhook, have these pairs. */
export async function rowsOf(db: Queryable, metadata: Metadata): Promise<Row[]> {
  const { rows } = await db.query<Row>(
    `select d.id, to_jsonb(d) as delivery,
       coalesce(d.metadata @> $1::jsonb, false) or w.metadata @> $1::jsonb as carries,
       coalesce((select jsonb_agg(to_jsonb(a) order by a.id) from delivery_attempts a
         where a.delivery_id = d.id), '[]') as attempts
     from deliveries d join webhooks w on w.id = d.webhook_id
     order by d.id`,
    [JSON.stringify(metadata)],
  );
  return rows;
}

/**
 * After an erasure of `metadata` is done: nothing is left of what carries it but what may stay, and
 * everything else is byte for byte as it was.
 */
export async function assertErased(db: Queryable, metadata: Metadata, before: Row[]) {
  const after = new Map((await rowsOf(db, metadata)).map((row) => [row.id, row]));
  assert.equal(after.size, before.length);
  for (const was of before) {
    const is = after.get(was.id) ?? assert.fail(`${was.id} is gone`);
    if (was.carries) assert.deepEqual(keptOf(is), erasedOf(was), was.id);
    else assert.deepEqual(withoutTurn(is), withoutTurn(was), was.id);
  }
}

/** What ends a pending delivery. */
const ENDED = ['updated_at', 'payload_removed_at', 'outbox_place'];

function erasedOf({ delivery, attempts }: Row): object {
  const wasPending = delivery['status'] === 'pending';
  const end = { status: 'failed', failed_reason: 'erased', held_reason: null, parked_at: null };
  return {
    delivery: {
      ...without(delivery, ENDED),
      payload: '',
      ...(wasPending ? { ...end, is_head: false, isolated_by: null } : {}),
    },
    attempts: attempts.map((one) => ({ ...one, raw_request: '', raw_response: '', error: '' })),
    isRemoved: true,
  };
}

function keptOf({ delivery, attempts }: Row): object {
  const isRemoved = delivery['payload_removed_at'] !== null;
  return { delivery: without(delivery, ENDED), attempts, isRemoved };
}

/** A delivery may have become the head of its key. */
function withoutTurn({ delivery, attempts }: Row): object {
  return {
    delivery: without(delivery, ['is_head', 'held_reason', 'parked_at', 'updated_at']),
    attempts,
  };
}

function without(row: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}
