import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { count } from '../setup/tables.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const api = await startApi(wholeFile, database);
await pool.query(`insert into event_types (name) values ('order.paid'), ('order.shipped')`);
await api.createWebhook({ event_types: ['order.paid'] });

const post = (events: object[]) => api.call('POST', '/events/batch', { events });

suite('POST /v1/events/batch', () => {
  test('1,000 events → 201 with their ids in this order, and each has its deliveries', async () => {
    const events = Array.from({ length: 1000 }, (_one, i) => ({
      type: i % 2 === 0 ? 'order.paid' : 'order.shipped',
      payload: { i },
      ...(i < 10 ? { ordering_key: 'k' } : {}),
    }));
    const { status, body } = await post(events);
    assert.equal(status, 201);
    const { rows } = await pool.query<{ id: string; payload: string; deliveries: number }>(
      `select e.id, e.payload, count(d.id)::integer as deliveries
       from unnest($1::uuid[]) with ordinality as one (id, nth)
       join events e using (id) left join deliveries d on d.event_id = e.id
       group by e.id, one.nth order by one.nth`,
      [body.ids],
    );
    assert.deepEqual(
      rows.map(({ payload, deliveries }) => [payload, deliveries]),
      events.map((_one, i) => [`{"i":${i}}`, i % 2 === 0 ? 1 : 0]),
    );
    const keyed = await pool.query<{ id: string }>(
      `select event_id as id from deliveries where ordering_key = 'k' order by outbox_place`,
    );
    assert.deepEqual(
      keyed.rows.map(({ id }) => id),
      [0, 2, 4, 6, 8].map((i) => body.ids[i]),
    );
    const [last] = rows.slice(-1);
    const shown = await api.call('GET', `/events/${last?.id}`);
    assert.equal(shown.body.deliveries, last?.deliveries);
  });

  for (const [what, event, status, code, details] of [
    ['an unknown type', { type: 'order.unknown' }, 404, 33, /^events\[1\]\.type: /],
    ['no type', { payload: 'x' }, 400, 4, /^events\[1\]\.type: is required/],
    [
      'a number that is not exact',
      { type: 'order.paid', payload: { a: 2 ** 53 } },
      400,
      4,
      /^events\[1\]\.payload\.a: must be/,
    ],
    [
      'a payload that is too large',
      { type: 'order.paid', payload: 'x'.repeat(1024 * 1024 + 1) },
      413,
      11,
      /^events\[1\]\.payload: may have/,
    ],
    [
      'a time too far ahead',
      { type: 'order.paid', send_at: '2999-01-01T00:00:00Z' },
      400,
      4,
      /^events\[1\]\.send_at: /,
    ],
  ] as const)
    test(`${what} in one of them → ${status} that names it, and none is stored`, async () => {
      const before = await count(pool, 'events');
      const answer = await post([{ type: 'order.paid' }, event, { type: 'order.paid' }]);
      assert.deepEqual([answer.status, answer.body.code], [status, code]);
      assert.match(answer.body.details, details);
      assert.equal(await count(pool, 'events'), before);
    });

  for (const [what, events] of [
    ['no event', []],
    ['1,001 events', Array.from({ length: 1001 }, () => ({ type: 'order.paid' }))],
  ] as const)
    test(`${what} → 400 that names the list`, async () => {
      const { status, body } = await post([...events]);
      assert.deepEqual([status, body.code], [400, 4]);
      assert.match(body.details, /^events: /);
    });
});
