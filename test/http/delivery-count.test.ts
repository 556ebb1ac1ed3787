import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { countDeliveries } from '../../src/deliveries/delivery-count.ts';
import { freshDatabase } from '../setup/database.ts';
import { addDeliveryRows, addWebhookRows, numbered } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const { call } = await startApi(wholeFile, database);
const [one = '', other = '', removed = ''] = await addWebhookRows(pool, [{}, {}, {}]);
const EVENT = numbered('event', 1);
const STATUSES = ['pending', 'succeeded', 'failed'] as const;

// Each combination of what is filtered by is there, and so is what no filter finds.
await addDeliveryRows(
  pool,
  Array.from({ length: 360 }, (_one, n) => ({
    id: numbered('delivery', n),
    webhookId: [one, other, removed][n % 3] ?? '',
    status: STATUSES[Math.floor(n / 3) % 3] ?? 'pending',
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
  })),
);
await pool.query(`insert into events (id, type, payload) values ($1, 'a', '')`, [EVENT]);
await pool.query(
  `update deliveries set
     failed_reason = case when status <> 'failed' then null
       when n % 4 < 3 then 'attempts' else 'poison' end,
     held_reason = case when status = 'pending' and n % 5 < 2 then 'endpoint_paused' end,
     parked_at = case when status = 'pending' and n % 5 < 2 then now() end,
     send_at = case when n % 7 = 0 then now() + interval '1 hour' end,
     ordering_key = case when n % 2 = 0 then 'key' end,
     event_id = case when n % 11 < 4 then $1::uuid end,
     metadata = case when n % 13 < 6 then '{"customer": "42", "order": "7"}'::jsonb
       when n % 13 < 9 then '{"customer": "42"}'::jsonb end
   from (select id, right(id::text, 12)::integer as n from deliveries) as numbered
   where numbered.id = deliveries.id`,
  [EVENT],
);
await pool.query(
  `insert into delivery_tags
   select delivery_tag(key, value), created_at, id from deliveries, jsonb_each_text(metadata)
   on conflict do nothing`,
);
await pool.query('update webhooks set deleted_at = now() where id = $1', [removed]);

const PARTS: string[][] = [
  ['', `webhook_id=${one}`, `webhook_id=${removed}`],
  ['', 'status=failed', 'status=pending'],
  ['', 'failed_reason=poison', 'held_reason=endpoint_paused', 'held_reason=scheduled'],
  ['', 'ordering_key=key'],
  ['', `event_id=${EVENT}`],
  ['', 'metadata.customer=42&metadata.order=7'],
  ['', 'created_at.gte=2026-01-01T01:00:00Z&created_at.lt=2026-01-01T04:30:00Z'],
];

suite('GET /v1/deliveries/count', () => {
  test('any filters together → as many as their list has', async () => {
    let found = 0;
    for (const query of combinations(PARTS)) {
      const { body: list } = await call('GET', `/deliveries?limit=1000&${query}`);
      const { status, body } = await call('GET', `/deliveries/count?${query}`);
      assert.equal(status, 200);
      // On a busy machine the time of a count may be over before it is done.
      const { at_least, count } = body;
      const listed = list.deliveries.length;
      assert.ok(at_least ? count <= listed : count === listed, `${query}: ${JSON.stringify(body)}`);
      if (body.count > 0) found += 1;
    }
    assert.ok(found > 100, `${found} of them found something`);
  });

  test('a parameter of pages → refused by name', async () => {
    for (const name of ['limit', 'offset', 'cursor']) {
      const { status, body } = await call('GET', `/deliveries/count?${name}=1`);
      assert.deepEqual([status, body.details], [400, `${name}: is not a known parameter`]);
    }
  });

  test('another method → 405', async () => {
    assert.equal((await call('DELETE', '/deliveries/count')).status, 405);
  });
});

suite('more than one step', async () => {
  const { pool } = await freshDatabase(wholeFile);
  const [webhookId = ''] = await addWebhookRows(pool, [{}]);
  // Many have the same time, so that steps end within it.
  await pool.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       metadata, created_at, updated_at)
     select gen_random_uuid(), $1, '', now(), 0,
       (array['pending', 'succeeded', 'failed'])[n % 3 + 1],
       case when n % 2 = 0 then '{"a": "b"}'::jsonb end,
       now() - interval '1 hour' * (n / 9000), now()
     from generate_series(1, 36000) as n`,
    [webhookId],
  );
  const count = (filter: object, bounds: { most?: number; ms?: number } = {}) =>
    countDeliveries(pool, { filter, createdAt: {} }, { most: 1_000_000, ms: 60_000, ...bounds });

  test('no bound is met → all are counted, each once', async () => {
    assert.deepEqual(await count({}), { count: 36_000, at_least: false });
    assert.deepEqual(await count({ status: 'failed' }), { count: 12_000, at_least: false });
    assert.deepEqual(await count({ metadata: { a: 'b' } }), { count: 18_000, at_least: false });
  });

  test('as many as it may count → exact; one more → that many or more', async () => {
    assert.deepEqual(await count({}, { most: 36_000 }), { count: 36_000, at_least: false });
    assert.deepEqual(await count({}, { most: 35_999 }), { count: 35_999, at_least: true });
  });

  test('the time is over → what the first step found, or more', async () => {
    assert.deepEqual(await count({}, { ms: 0 }), { count: 5000, at_least: true });
  });

  test('the time is over with the last step of a status → the others are begun with a short step', async () => {
    const { rows } = await pool.query<{ at: string }>(
      'select max(created_at) as at from deliveries',
    );
    const limits: string[] = [];
    const watched = {
      query(text: string, values: unknown[]) {
        limits.push(...(/limit (\d{4,})/.exec(text)?.slice(1) ?? []));
        return pool.query(text, values);
      },
    };
    const asked = { filter: {}, createdAt: { gte: rows[0]?.at } };
    const found = await countDeliveries(watched as typeof pool, asked, { most: 1_000_000, ms: 0 });
    assert.deepEqual(found, { count: 8999, at_least: false });
    assert.deepEqual(limits, ['5000', '5000', '5000']);
  });
});

function combinations([first = [], ...rest]: string[][]): string[] {
  if (rest.length === 0) return first;
  const others = combinations(rest);
  return first.flatMap((one) => others.map((other) => [one, other].filter(Boolean).join('&')));
}
