import assert from 'node:assert/strict';
import type { Queryable } from '../../src/database/pool.ts';
import type { Metadata } from '../../src/webhooks/metadata.ts';
import type { Api } from '../setup/service.ts';

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

type EventRow = { id: string; carries: boolean; event: Record<string, unknown> };

/** The same of events, which carry the pairs themselves. */
export async function eventsOf(db: Queryable, metadata: Metadata): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>(
    `select id, to_jsonb(e) as event, coalesce(metadata @> $1::jsonb, false) as carries
     from events e order by id`,
    [JSON.stringify(metadata)],
  );
  return rows;
}

/** The same as `assertErased`, of events that were fanned out. */
export async function assertEventsErased(db: Queryable, metadata: Metadata, before: EventRow[]) {
  const after = await eventsOf(db, metadata);
  for (const { carries, event } of after)
    if (carries) assert.notEqual(event['payload_removed_at'], null, JSON.stringify(event));
  const kept = (rows: EventRow[]) =>
    rows.map(({ carries, event }) =>
      carries ? { ...without(event, ['payload_removed_at']), payload: '' } : event,
    );
  assert.deepEqual(kept(after), kept(before));
}

/** Some of those that lists have shown whole are asked for alone. */
const ALONE = 50;

/**
 * No operation of the API answers with a payload, or a text of an attempt, of what carried the
 * pairs, and every one does of the others.
 */
export async function assertNotAnswered(
  api: Api,
  before: { deliveries: Row[]; events: EventRow[] },
): Promise<void> {
  await assertHidden(api, { path: '/deliveries', text: 'payload', before: before.deliveries });
  await assertHidden(api, { path: '/events', text: 'payload', before: before.events });
  const attempts = before.deliveries.flatMap((row) =>
    row.attempts.map(({ id }) => ({ id: String(id), carries: row.carries })),
  );
  for (const text of ['raw_request', 'raw_response'])
    await assertHidden(api, { path: '/delivery-attempts', text, before: attempts });
}

type Asked = { path: string; text: string; before: { id: string; carries: boolean }[] };

async function assertHidden(api: Api, { path, text, before }: Asked): Promise<void> {
  const carrying = new Map(before.map(({ id, carries }) => [id, carries]));
  const isHidden = (item: Record<string, unknown>) => item[text] === '';
  let seen = 0;
  for await (const item of listed(api, path)) {
    assert.equal(isHidden(item), carrying.get(item.id), `${path} ${item.id}`);
    seen += 1;
  }
  assert.equal(seen, before.length, path);
  for (const { id, carries } of before.slice(0, ALONE)) {
    const { status, body } = await api.call('GET', `${path}/${id}`);
    assert.deepEqual([status, isHidden(body)], [200, carries], `${path}/${id}`);
  }
}

async function* listed(api: Api, path: string) {
  for (let cursor: string | null = ''; cursor !== null;) {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await api.call('GET', `${path}?limit=1000${from}`);
    assert.equal(status, 200);
    const { next_cursor, ...rest } = body as Page;
    yield* rest[path.slice(1).replace('-', '_')] as Item[];
    cursor = next_cursor as string | null;
  }
}

type Item = Record<string, string> & { id: string };
type Page = Record<string, unknown>;

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
