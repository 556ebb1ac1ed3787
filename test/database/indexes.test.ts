import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Page } from '../../src/database/page.ts';
import type { Pool, Queryable } from '../../src/database/pool.ts';
import { listAttempts } from '../../src/attempts/attempt-store.ts';
import { findOverdue } from '../../src/deliveries/pending.ts';
import { findSendable } from '../../src/deliveries/sendable.ts';
import { findHeldExpired, lookAtAges } from '../../src/deliveries/expiry.ts';
import { listEvents } from '../../src/events/event-list.ts';
import { listDeliveries } from '../../src/deliveries/delivery-list.ts';
import { SHOWN_REASONS } from '../../src/deliveries/delivery.ts';
import { forgottenWebhookIds } from '../../src/deliveries/releasable.ts';
import { listWebhooks } from '../../src/webhooks/webhook-list.ts';
import { listBlockedKeys } from '../../src/deliveries/order/blocked.ts';
import { FIRST_KEY, findHeadless, freeEndedHeads } from '../../src/deliveries/order/headless.ts';
import type { Tx } from '../../src/database/transaction.ts';
import { freshDatabase } from '../setup/database.ts';
import {
  addAttemptRows,
  addDeliveries,
  addDeliveryRows,
  addWebhook,
  addWebhookRows,
  numbered,
} from '../setup/rows.ts';
import { NO_KEYS } from '../setup/parts.ts';
import { flat, planOf, type Plan } from '../setup/plan.ts';
import { wholeFile } from '../setup/whole-file.ts';

const WHOLE: Page = { limit: 50, offset: 0, createdAt: {} };
// A third of all rows, neither the newest nor the oldest.
const RANGE: Page = {
  ...WHOLE,
  createdAt: { gte: '2026-01-08T00:00:00Z', lt: '2026-01-15T00:00:00Z' },
};
const PAGES = {
  'the first page': WHOLE,
  'the first page of a range of created_at': RANGE,
  'a page behind a cursor': {
    ...WHOLE,
    after: { at: '2026-01-11T00:00:00Z', id: numbered('delivery', 10_000) },
  },
};

const webhookId = numbered('webhook', 1);
const deliveryId = numbered('delivery', 777);
const EVENT = numbered('delivery', 0);

type List = (db: Queryable, page: Page) => Promise<unknown>;

const LISTS: [table: string, filter: string, index: string, list: List][] = [
  [
    'webhooks',
    'no filter',
    'webhooks_by_name',
    (db, page) => listWebhooks({ db, vault: NO_KEYS }, {}, page),
  ],
  [
    'webhooks',
    'active',
    'webhooks_by_active',
    (db, page) => listWebhooks({ db, vault: NO_KEYS }, { active: true }, page),
  ],
  ['deliveries', 'no filter', 'deliveries_by_status', (db, page) => listDeliveries(db, {}, page)],
  [
    'deliveries',
    'webhook',
    'deliveries_by_webhook_and_status',
    (db, page) => listDeliveries(db, { webhookId }, page),
  ],
  [
    'deliveries',
    'status',
    'deliveries_by_status',
    (db, page) => listDeliveries(db, { status: 'failed' }, page),
  ],
  [
    'deliveries',
    'webhook and status',
    'deliveries_by_webhook_and_status',
    (db, page) => listDeliveries(db, { webhookId, status: 'failed' }, page),
  ],
  [
    'deliveries',
    'failed reason',
    'deliveries_by_failed_reason',
    (db, page) => listDeliveries(db, { failedReason: 'attempts' }, page),
  ],
  [
    'deliveries',
    'webhook and failed reason',
    'deliveries_by_webhook_and_failed_reason',
    (db, page) => listDeliveries(db, { webhookId, failedReason: 'attempts' }, page),
  ],
  ...SHOWN_REASONS.map((heldReason): (typeof LISTS)[number] => [
    'deliveries',
    heldReason,
    'deliveries_by_held_reason',
    (db, page) => listDeliveries(db, { heldReason }, page),
  ]),
  [
    'deliveries',
    'webhook and held reason',
    'deliveries_by_webhook_and_held_reason',
    (db, page) => listDeliveries(db, { webhookId, heldReason: 'imported' }, page),
  ],
  [
    'deliveries',
    'scheduled',
    'deliveries_scheduled',
    (db, page) => listDeliveries(db, { heldReason: 'scheduled' }, page),
  ],
  [
    'deliveries',
    'ordering key',
    'deliveries_by_ordering_key',
    (db, page) => listDeliveries(db, { orderingKey: 'key 7' }, page),
  ],
  [
    'deliveries',
    'webhook and ordering key',
    'deliveries_by_webhook_and_ordering_key',
    (db, page) => listDeliveries(db, { webhookId, orderingKey: 'key 7' }, page),
  ],
  [
    'deliveries',
    'event',
    'deliveries_by_event',
    (db, page) => listDeliveries(db, { eventId: EVENT }, page),
  ],
  [
    'deliveries',
    'event and status',
    'deliveries_by_event',
    (db, page) => listDeliveries(db, { eventId: EVENT, status: 'succeeded' }, page),
  ],
  ['events', 'no filter', 'events_by_time', (db, page) => listEvents(db, {}, page)],
  ['events', 'type', 'events_by_type', (db, page) => listEvents(db, { type: 'type_7' }, page)],
  [
    'delivery_attempts',
    'webhook and no success',
    'delivery_attempts_failed',
    (db, page) => listAttempts(db, { webhookId, success: false }, page),
  ],
  [
    'delivery_attempts',
    'no filter',
    'delivery_attempts_by_success',
    (db, page) => listAttempts(db, {}, page),
  ],
  [
    'delivery_attempts',
    'webhook',
    'delivery_attempts_by_webhook',
    (db, page) => listAttempts(db, { webhookId }, page),
  ],
  [
    'delivery_attempts',
    'delivery',
    'delivery_attempts_by_delivery',
    (db, page) => listAttempts(db, { deliveryId }, page),
  ],
  [
    'delivery_attempts',
    'success',
    'delivery_attempts_by_success',
    (db, page) => listAttempts(db, { success: false }, page),
  ],
];

/**
 * Indexes that are as good: of what is pending and has a key there is nothing here, so PostgreSQL
 * reckons the same cost, to a hundredth, for the small index of the gate as for that of the list.
 */
const AS_GOOD: Record<string, string> = {
  deliveries_by_webhook_and_ordering_key: 'deliveries_by_key',
};

/** The index of the list without a filter, where it has rows of every webhook. */
const OF_ALL: Record<string, string> = {
  deliveries: 'deliveries_by_status',
  events: 'events_by_time',
  delivery_attempts: 'delivery_attempts_by_success',
};

suite('20,000 rows of ten webhooks', async () => {
  const pool = await filledDatabase(10);
  for (const [table, filter, index, list] of LISTS) {
    for (const [what, page] of Object.entries(PAGES)) {
      test(`${table}, ${filter}, ${what} → read from ${index} in its order, and no more than a page is sorted`, async () => {
        const nodes = flat(await planOf(pool, (db) => list(db, page)));
        assert.deepEqual(
          nodes.filter((node) => sortsMoreThan(page.limit, node)),
          [],
        );
        const reads = nodes.filter((node) => node['Relation Name'] === table);
        assert.ok(reads.every((node) => node['Node Type'] !== 'Seq Scan'));
        // Within a range the index of all webhooks may be as good: it reads the range's rows and
        // drops the others.
        const ofRange = page === RANGE ? OF_ALL[table] : undefined;
        const allowed = new Set([index, AS_GOOD[index], ofRange]);
        const used = nodes.flatMap((node) => node['Index Name'] ?? []);
        for (const name of used.filter((one) => one.startsWith(table) && !one.endsWith('_pkey')))
          assert.ok(allowed.has(name), `${name} in place of ${index}`);
      });
    }
  }

  test('events, a pair that all carry, wherever the page is → its entries are read in their order, and no more than a page is sorted', async () => {
    const far = { ...WHOLE, after: { at: '2026-01-08T00:00:00Z', id: deliveryId } };
    for (const page of [WHOLE, RANGE, far]) {
      const metadata = { env: 'prod' };
      const nodes = flat(await planOf(pool, (db) => listEvents(db, { metadata }, page)));
      assert.deepEqual(
        nodes.filter((node) => sortsMoreThan(page.limit + 1, node)),
        [],
      );
      const indexes = nodes.flatMap((node) => node['Index Name'] ?? []);
      const ofEvents = indexes.filter((name) => name.startsWith('event'));
      assert.deepEqual(new Set(ofEvents), new Set(['event_tags_pkey', 'events_pkey']));
    }
  });

  test('deliveries, a pair that all carry, wherever the page is → its entries are read in their order, and no more than a page is sorted', async () => {
    const far = { ...WHOLE, after: { at: '2026-01-08T00:00:00Z', id: deliveryId } };
    for (const page of [WHOLE, RANGE, far]) {
      const metadata = { env: 'prod' };
      const nodes = flat(await planOf(pool, (db) => listDeliveries(db, { metadata }, page)));
      assert.deepEqual(
        nodes.filter((node) => sortsMoreThan(page.limit + 1, node)),
        [],
      );
      const indexes = nodes.flatMap((node) => node['Index Name'] ?? []);
      const ofDeliveries = indexes.filter((name) => name.startsWith('deliver'));
      assert.deepEqual(new Set(ofDeliveries), new Set(['delivery_tags_pkey', 'deliveries_pkey']));
    }
  });

  test('the searches of a worker for expired and for releasable deliveries → read from their partial indexes', async () => {
    const start = { scheduledAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
    for (const [index, search] of [
      ['deliveries_held', forgottenWebhookIds],
      ['deliveries_to_expire', (db: Queryable) => findHeldExpired(db, 500)],
      [
        'deliveries_held',
        (db: Queryable) =>
          lookAtAges(db, webhookId, { after: { ...start, reason: '' }, limit: 1000 }),
      ],
    ] as const) {
      const nodes = flat(await planOf(pool, search));
      const used = nodes.flatMap((node) => node['Index Name'] ?? []);
      // A bitmap of few rows is as good.
      assert.deepEqual(
        new Set(used.filter((name) => name.startsWith('deliveries'))),
        new Set([index]),
      );
      const reads = nodes.filter((node) => node['Relation Name'] === 'deliveries');
      assert.ok(reads.every((node) => node['Node Type'] !== 'Seq Scan'));
    }
  });

  test('the searches for ordering keys, of which there are none → read from the indexes of keys only', async () => {
    for (const [indexes, search] of [
      [
        ['deliveries_by_key', 'deliveries_head'],
        (db: Queryable) => findHeadless(db, FIRST_KEY, 1000),
      ],
      [
        ['deliveries_stopped', 'deliveries_by_key'],
        (db: Queryable) => listBlockedKeys(db, webhookId, WHOLE),
      ],
      [['deliveries_stopped'], (tx: Tx) => freeEndedHeads(tx, 1000)],
    ] as const) {
      const used = flat(await planOf(pool, search)).flatMap((node) => node['Index Name'] ?? []);
      const ofDeliveries = used.filter((name) => name.startsWith('deliveries'));
      const others = ofDeliveries.filter((name) => name !== 'deliveries_pkey');
      assert.deepEqual(new Set(others), new Set(indexes));
      const scans = flat(await planOf(pool, search)).filter(
        (node) => node['Node Type'] === 'Seq Scan' && node['Relation Name'] === 'deliveries',
      );
      assert.deepEqual(scans, []);
    }
  });
});

test('the search of a worker for overdue deliveries, in a table whose order is not that of their times → read from its partial index in its order', async () => {
  const pool = await filledDatabase(10);
  await writeInOrder(pool, 'md5(id::text)');
  const after = { scheduledAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };
  const search = (tx: Tx) => findOverdue(tx, { overdueSeconds: 30, after, limit: 1000 });
  const nodes = flat(await planOf(pool, search));
  const used = nodes.flatMap((node) => node['Index Name'] ?? []);
  assert.deepEqual(used, ['deliveries_due']);
  assert.ok(nodes.every((node) => !node['Node Type'].includes('Sort')));
});

test('claimed deliveries with their webhooks, without statistics → the deliveries are found by their ids', async (t) => {
  const database = await freshDatabase(t);
  const ids: string[] = [];
  for (let i = 0; i < 20; i += 1) {
    const { id } = await addWebhook(database);
    ids.push(...(await addDeliveries(database, id, { count: 500 })));
  }
  const some = ids.filter((_id, i) => i % 500 === 0);
  const plan = flat(await planOf(database.pool, (db) => findSendable(db, some)));
  const used = plan.map((node) => node['Index Name']).filter((name) => name?.startsWith('deliver'));
  assert.deepEqual(used, ['deliveries_pkey']);
});

suite('20,000 rows of one webhook, of which a filter by webhook excludes none', async () => {
  const pool = await filledDatabase(1);
  for (const [table, filter, , list] of LISTS) {
    for (const [what, page] of Object.entries(PAGES)) {
      test(`${table}, ${filter}, ${what} → read from an index in its order, and no more than a page is sorted`, async () => {
        const nodes = flat(await planOf(pool, (db) => list(db, page)));
        assert.deepEqual(
          nodes.filter((node) => sortsMoreThan(page.limit, node)),
          [],
        );
        const reads = nodes.filter((node) => node['Relation Name'] === table);
        assert.ok(reads.every((node) => node['Node Type'] !== 'Seq Scan'));
      });
    }
  }
});

/** A few rows of a rare status may well be sorted: PostgreSQL knows that they are few. */
function sortsMoreThan(rows: number, { 'Node Type': type, 'Plan Rows': planned }: Plan): boolean {
  return type.includes('Sort') && planned > rows;
}

/**
 * 20,000 deliveries of `webhooks` webhooks with an attempt each, a minute and a half apart, and
 * 20,000 webhooks. One in 3 failed, 100 are pending.
 */
async function filledDatabase(webhooks: number): Promise<Pool> {
  const { pool } = await freshDatabase(wholeFile);
  const numbers = Array.from({ length: 20_000 }, (_one, i) => i + 1);
  const timeOf = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 90_000).toISOString();
  const webhookOf = (n: number) => numbered('webhook', (n % webhooks) + 1);
  await addWebhookRows(
    pool,
    numbers.map((n) => ({
      id: numbered('webhook', n),
      name: `webhook ${n % 5000}`,
      active: n % 2 === 0,
      createdAt: timeOf(n),
    })),
  );
  await addDeliveryRows(
    pool,
    numbers.map((n) => ({
      id: numbered('delivery', n),
      webhookId: webhookOf(n),
      status: n > 19_900 ? 'pending' : n % 3 === 2 ? 'failed' : 'succeeded',
      attempts: 1,
      createdAt: timeOf(n),
    })),
  );
  await pool.query(
    `update deliveries set held_reason = 'imported', parked_at = now() where id > $1`,
    [numbered('delivery', 19_950)],
  );
  await pool.query(
    `update deliveries set failed_reason = case when id < $1 then 'expired' else 'attempts' end
     where status = 'failed'`,
    [numbered('delivery', 1000)],
  );
  await pool.query(
    `update deliveries set ordering_key = 'key ' || right(id::text, 1),
       event_id = case when right(id::text, 1) = '1' then $2::uuid end
     where id < $1`,
    [numbered('delivery', 10_000), EVENT],
  );
  await pool.query(
    `insert into events (id, type, payload, metadata, deliveries, created_at)
     select id, 'type_' || right(id::text, 2)::int % 25, '', '{"env": "prod"}', 0, created_at
     from deliveries`,
  );
  // Else their order on the disk would depend on how many dead rows had gone meanwhile.
  await writeInOrder(pool, 'created_at');
  // After it: attempts go with their deliveries.
  await addAttemptRows(
    pool,
    numbers.map((n) => ({
      id: numbered('attempt', n),
      webhookId: webhookOf(n),
      deliveryId: numbered('delivery', n),
      success: n % 3 !== 2,
      createdAt: timeOf(n),
    })),
  );
  await pool.query(
    `insert into delivery_tags (tag, created_at, delivery_id)
     select delivery_tag('env', 'prod'), created_at, id from deliveries`,
  );
  await pool.query('analyze webhooks, delivery_attempts, delivery_tags, events, event_tags');
  return pool;
}

async function writeInOrder(pool: Pool, order: 'created_at' | 'md5(id::text)'): Promise<void> {
  await pool.query(
    `with moved as (delete from deliveries returning *)
     insert into deliveries select * from moved order by ${order}`,
  );
  await pool.query('vacuum (full, analyze) deliveries');
}
