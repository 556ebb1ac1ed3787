import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Client } from 'pg';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import type { Cleanup } from '../../setup/last-first.ts';

let database: TestDatabase;
let app: Client;
const cleanups: (() => unknown)[] = [];
const t: Cleanup = { after: (step) => void cleanups.push(step as () => unknown) };

before(async () => {
  database = await freshDatabase(t);
  app = await (await createApplication(t, database)).connect();
  await database.pool.query(
    `insert into event_types (name, archived_at)
     values ('order.paid', null), ('order.lost', now()), (repeat('a', 128), null)`,
  );
});
after(async () => {
  for (const step of cleanups) await step();
});

suite('postmand.emit', () => {
  test('a type and a payload → an event that waits for its webhooks to be chosen', async () => {
    const id = await emit(`'order.paid', '{"order": 1}'`);
    assert.deepEqual(await rowOf(id), {
      ...{ type: 'order.paid', payload: '{"order": 1}', metadata: null, ordering_key: null },
      ...{ wait: null, life: null, has_place: true, recipients: null, fanned_out: 0 },
      ...{ deliveries: null, operation_id: null, fault: null, is_new: true },
    });
  });

  test('every argument, in this order → all of them are in the row', async () => {
    const id = await emit(
      `'order.paid', '', 'k', now() + interval '1 hour', now() + interval '2 hours', 'a key',
       '{"customer": "42"}'`,
    );
    const { ordering_key, wait, life, metadata } = await rowOf(id);
    assert.deepEqual(
      { ordering_key, wait, life, metadata },
      { ordering_key: 'k', wait: '01:00:00', life: '02:00:00', metadata: { customer: '42' } },
    );
  });

  test('no payload, and no metadata → an empty one, and none', async () => {
    const { payload, metadata } = await rowOf(await emit(`'order.paid', null, metadata => '{}'`));
    assert.deepEqual({ payload, metadata }, { payload: '', metadata: null });
  });

  test('calls of one transaction, and those of deliveries → places in the order of the calls', async () => {
    await app.query('begin');
    const first = await emit(`'order.paid', 'x'`);
    const second = await emit(`'order.paid', 'x'`);
    await app.query('commit');
    const { rows } = await database.pool.query(
      `select (select outbox_place from events where id = $1)
         < (select outbox_place from events where id = $2) as is_before`,
      [first, second],
    );
    assert.deepEqual(rows, [{ is_before: true }]);
  });

  test('a rollback → nothing is left', async () => {
    const before = await countAll();
    await app.query('begin');
    await emit(`'order.paid', 'x', idempotency_key => 'rolled back'`);
    await app.query('rollback');
    assert.equal(await countAll(), before);
  });

  const REFUSED: [args: string, code: string, message: RegExp][] = [
    [`null, 'x'`, 'PM004', /^type: must be words of a-z, 0-9 and _ with dots between them/],
    [`'', 'x'`, 'PM004', /^type: must be words/],
    [`'Order.paid', 'x'`, 'PM004', /^type: must be words/],
    [`'order..paid', 'x'`, 'PM004', /^type: must be words/],
    [`'order.*', 'x'`, 'PM004', /^type: must be words/],
    [`E'order.paid\\n', 'x'`, 'PM004', /^type: must be words/],
    [`'größe', 'x'`, 'PM004', /^type: must be words/],
    [`repeat('a', 129), 'x'`, 'PM004', /^type: .* at most 128 characters$/],
    [`'order.new', 'x'`, 'PM033', /^type: there is no event type "order\.new"$/],
    [`'order.lost', 'x'`, 'PM035', /^type: "order\.lost" is archived$/],
    [`'order.paid', 'x', ''`, 'PM004', /^ordering_key: must have 1 to 255 characters/],
    [
      `'order.paid', 'x', send_at => now() + interval '8784 hours 1 second'`,
      'PM004',
      /^send_at: must be at most 366 days ahead$/,
    ],
    [
      `'order.paid', 'x', send_at => '2026-01-01Z', expires_at => '2026-01-01Z'`,
      'PM004',
      /^expires_at: must be after send_at$/,
    ],
    [`'order.paid', 'x', idempotency_key => 'é'`, 'PM004', /^idempotency_key: must have 1 to 255/],
    [
      `'order.paid', 'x', metadata => '{"customer": 42}'`,
      'PM004',
      /^metadata\.customer: must be a string, but is number$/,
    ],
    [
      `'order.paid', repeat('é', 524289)`,
      'PM011',
      /^payload: must have at most 1048576 bytes, but has 1048578$/,
    ],
  ];
  for (const [args, code, message] of REFUSED) {
    test(`(${args}) → refused with ${code}, and nothing is stored`, async () => {
      const before = await countAll();
      await assert.rejects(emit(args), { code, message });
      assert.equal(await countAll(), before);
    });
  }

  test('the longest type → stored', async () => {
    assert.equal((await rowOf(await emit(`repeat('a', 128), 'x'`))).type, 'a'.repeat(128));
  });

  test('postmand.open_event_types is on → types that nobody has created as well, but none that is archived', async () => {
    await app.query(`set postmand.open_event_types = 'on'`);
    assert.equal((await rowOf(await emit(`'order.new', 'x'`))).type, 'order.new');
    await assert.rejects(emit(`'order.lost', 'x'`), { code: 'PM035' });
    await app.query(`set postmand.open_event_types = 'perhaps'`);
    await assert.rejects(emit(`'order.new', 'x'`), {
      code: 'PM004',
      message: 'postmand.open_event_types: must be on or off, but is "perhaps"',
    });
    await app.query('reset postmand.open_event_types');
  });

  test('postmand.notify is on → a transaction tells once', async () => {
    const listener = await database.pool.connect();
    const heard: (string | undefined)[] = [];
    listener.on('notification', ({ payload }) => heard.push(payload));
    await listener.query('listen postmand_deliveries');
    await app.query('begin; set local postmand.notify = on');
    await emit(`'order.paid', 'x'`);
    await emit(`'order.paid', 'y'`);
    await app.query('commit');
    await listener.query('unlisten *');
    listener.release();
    assert.deepEqual(heard, ['outbox']);
  });
});

suite('postmand.emit_many', () => {
  test('events with every member → their ids in the order of the array, which is that of their places', async () => {
    const { rows } = await app.query<{ id: string }>(`select postmand.emit_many($1) as id`, [
      JSON.stringify([
        { type: 'order.paid', payload: 'a' },
        {
          ...{ type: 'order.paid', payload: 'b', ordering_key: 'k', idempotency_key: 'many' },
          ...{ send_at: '2026-01-01T00:00:00Z', expires_at: '2999-01-01T00:00:00Z' },
          metadata: { customer: '42' },
        },
        { type: 'order.paid' },
      ]),
    ]);
    const stored = await database.pool.query<{ id: string; payload: string }>(
      'select id, payload from events where id = any ($1) order by outbox_place',
      [rows.map(({ id }) => id)],
    );
    assert.deepEqual(
      stored.rows.map(({ id }) => id),
      rows.map(({ id }) => id),
    );
    assert.deepEqual(
      stored.rows.map(({ payload }) => payload),
      ['a', 'b', ''],
    );
  });

  const REFUSED: [events: string, code: string, message: RegExp][] = [
    ['{}', 'PM004', /^events: must be an array of objects, but is object$/],
    ['[1]', 'PM004', /^events\[0\]: must be an object, but is number$/],
    [
      `[{"type": "order.paid", "payload": {}}]`,
      'PM004',
      /^events\[0\]\.payload: must be a string or null, but is object$/,
    ],
    [
      `[{"type": "order.paid", "webhook_id": "x"}]`,
      'PM004',
      /^events\[0\]\.webhook_id: is no member of an event; there are type, payload, ordering_key/,
    ],
    ['[{}]', 'PM004', /^events\[0\]\.type: must be words/],
    [
      `[{"type": "order.paid"}, {"type": "order.new"}]`,
      'PM033',
      /^events\[1\]\.type: there is no event type "order\.new"$/,
    ],
    [
      JSON.stringify(Array.from({ length: 1001 }, () => ({ type: 'order.paid' }))),
      'PM004',
      /^events: must be at most 1000, but are 1001$/,
    ],
  ];
  for (const [events, code, message] of REFUSED) {
    test(`${events.slice(0, 60)} → refused with ${code}, and nothing is stored`, async () => {
      const before = await countAll();
      await assert.rejects(app.query('select postmand.emit_many($1)', [events]), { code, message });
      assert.equal(await countAll(), before);
    });
  }
});

async function emit(args: string): Promise<string> {
  const { rows } = await app.query<{ id: string }>(`select postmand.emit(${args}) as id`);
  return rows[0]?.id ?? '';
}

async function rowOf(id: string): Promise<Record<string, unknown>> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `select type, payload, metadata, ordering_key, (send_at - created_at)::text as wait,
       (expires_at - created_at)::text as life, outbox_place is not null as has_place,
       recipients, fanned_out, deliveries, operation_id, fault,
       created_at > now() - interval '1 minute' as is_new
     from events where id = $1`,
    [id],
  );
  return rows[0] ?? {};
}

async function countAll(): Promise<string> {
  const { rows } = await database.pool.query<{ n: string }>(
    `select concat_ws(' ', (select count(*) from events),
       (select count(*) from idempotency_keys)) as n`,
  );
  return rows[0]?.n ?? '';
}
