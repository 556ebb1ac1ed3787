import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { numbered } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);

/** Two at each time, so that only their ids tell them apart. Every third one is of another type. */
await database.pool.query(
  `insert into events (id, type, payload, metadata, deliveries, created_at)
   select ('dddddddd-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
     case when n % 3 = 0 then 'order.shipped' else 'order.paid' end,
     case when n = 7 then repeat('x', 40000) else 'payload ' || n end,
     case when n % 2 = 0 then jsonb_build_object('env', 'prod', 'n', (n % 4)::text) end, 0,
     timestamptz '2026-03-01T00:00:00Z' + (n / 2) * interval '1 microsecond'
   from generate_series(1, 20) as n`,
);

type Shown = { id: string; payload: string };

async function listed(query: string): Promise<{ numbers: number[]; events: Shown[] }> {
  const { status, body } = await api.call('GET', `/events?${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  const events = body.events as Shown[];
  return { events, numbers: events.map(({ id }) => Number(id.slice(-12))) };
}

const NEWEST_FIRST = Array.from({ length: 20 }, (_one, i) => 20 - i);

suite('GET /v1/events', () => {
  for (const [query, belongs] of [
    ['', () => true],
    ['type=order.shipped', (n: number) => n % 3 === 0],
    ['metadata.env=prod', (n: number) => n % 2 === 0],
    ['metadata.env=prod&metadata.n=2', (n: number) => n % 4 === 2],
    ['metadata.env=prod&type=order.paid', (n: number) => n % 2 === 0 && n % 3 !== 0],
    ['metadata.env=test', () => false],
    ['type=order.unknown', () => false],
    ['created_at.gte=2026-03-01T00:00:00.000005Z', (n: number) => n >= 10],
    [
      'created_at.lt=2026-03-01T00:00:00.000005Z&metadata.n=0',
      (n: number) => n < 10 && n % 4 === 0,
    ],
  ] as const) {
    test(`?${query} → those that match, newest first, in one page and in many`, async () => {
      const expected = NEWEST_FIRST.filter(belongs);
      assert.deepEqual((await listed(query)).numbers, expected);
      const seen: number[] = [];
      for (let cursor = ''; ;) {
        const page = `${query}&limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
        const { body } = await api.call('GET', `/events?${page}`);
        seen.push(...body.events.map(({ id }: Shown) => Number(id.slice(-12))));
        if (body.next_cursor === null) break;
        cursor = body.next_cursor;
      }
      assert.deepEqual(seen, expected);
    });
  }

  test('a payload that is long → it is there, as in the event itself', async () => {
    const { events } = await listed('');
    const shown = events.find(({ id }) => id === numbered('delivery', 7));
    assert.equal(shown?.payload.length, 40_000);
    assert.deepEqual((await api.call('GET', `/events/${shown.id}`)).body, shown);
  });

  for (const [query, named] of [
    ['type=Order', 'type'],
    ['status=pending', 'status'],
    ['metadata.=x', 'metadata'],
    ['limit=0', 'limit'],
    ['cursor=x', 'cursor'],
  ] as const)
    test(`?${query} → 400 that names ${named}`, async () => {
      const { status, body } = await api.call('GET', `/events?${query}`);
      assert.deepEqual([status, body.code], [400, 4]);
      assert.ok(body.details.startsWith(named), body.details);
    });

  test('an event is removed → its entries of metadata are gone too', async () => {
    await database.pool.query('delete from events where id = $1', [numbered('delivery', 20)]);
    const { rows } = await database.pool.query('select from event_tags where event_id = $1', [
      numbered('delivery', 20),
    ]);
    assert.deepEqual(rows, []);
  });
});
