import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { Client } from 'pg';
import { createApplication } from '../../setup/application.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import type { Cleanup } from '../../setup/last-first.ts';
import { addWebhook } from '../../setup/rows.ts';

let database: TestDatabase;
let app: Client;
let webhookId: string;
const cleanups: (() => unknown)[] = [];
const t: Cleanup = { after: (step) => void cleanups.push(step as () => unknown) };

before(async () => {
  database = await freshDatabase(t);
  app = await (await createApplication(t, database)).connect();
  webhookId = (await addWebhook(database)).id;
});
after(async () => {
  for (const step of cleanups) await step();
});

suite('postmand.enqueue', () => {
  test('a webhook and a payload → a pending delivery that waits to be taken in, due at once', async () => {
    const id = await enqueue(`webhook_id => $1, payload => '{"order": 1}'`);
    assert.deepEqual(await rowOf(id), {
      webhook_id: webhookId,
      payload: '{"order": 1}',
      status: 'pending',
      delivery_attempts: 0,
      held_reason: 'outbox',
      failed_reason: null,
      ordering_key: null,
      sequence: null,
      is_head: false,
      test: false,
      has_place: true,
      is_parked_now: true,
      is_due_now: true,
      is_new: true,
      wait: null,
      life: null,
    });
  });

  test('every argument → all of them are in the row', async () => {
    const id = await enqueue(
      `$1, '', 'order-7', now() + interval '1 hour', now() + interval '2 hours', 'a key'`,
    );
    const row = await rowOf(id);
    assert.deepEqual(
      [row.payload, row.ordering_key, row.sequence, row.is_head, row.wait, row.life],
      ['', 'order-7', null, false, '01:00:00', '02:00:00'],
    );
    assert.equal(row.is_due_now, false);
  });

  test('metadata as the last argument, by its place or its name → stored; {} and null → none', async () => {
    const args = `$1, 'x', null, null, null, null`;
    const stored = async (text: string) => (await metadataOf(await enqueue(text))) ?? null;
    assert.deepEqual(await stored(`${args}, '{"customer": "42"}'`), { customer: '42' });
    assert.deepEqual(await stored(`$1, 'x', metadata => '{"a": ""}'`), { a: '' });
    for (const none of [`'{}'`, `'null'`, 'null'])
      assert.equal(await stored(`${args}, ${none}`), null);
    const [id = ''] = await enqueueMany([{ webhook_id: webhookId, metadata: { customer: '42' } }]);
    assert.deepEqual(await metadataOf(id), { customer: '42' });
  });

  test('no payload, and times that have passed → an empty payload, due at once', async () => {
    const id = await enqueue(`$1, null, send_at => '0001-01-01Z', expires_at => '0001-01-02Z'`);
    const row = await rowOf(id);
    assert.deepEqual([row.payload, row.is_due_now], ['', true]);
  });

  test('calls of one transaction → places in the order of the calls', async () => {
    const { rows } = await app.query<{ id: string }>(
      `select postmand.enqueue($1, n::text) as id from generate_series(1, 20) as n`,
      [webhookId],
    );
    assert.deepEqual(
      await inPlace(rows.map(({ id }) => id)),
      Array.from({ length: 20 }, (_, i) => String(i + 1)),
    );
  });

  test('a rollback → nothing is left', async () => {
    await app.query('begin');
    const id = await enqueue(`$1, 'x', idempotency_key => 'rolled back'`);
    await app.query('rollback');
    const { rowCount } = await database.pool.query('select from deliveries where id = $1', [id]);
    assert.equal(rowCount, 0);
  });

  const REFUSED: [args: string, code: string, message: RegExp][] = [
    [`null, 'x'`, 'PM004', /^webhook_id: must be the id of a webhook, but is null$/],
    [`'${randomUUID()}', 'x'`, 'PM005', /^webhook_id: there is no webhook [0-9a-f-]{36}$/],
    [`$1, 'x', ''`, 'PM004', /^ordering_key: must have 1 to 255 characters; null means none$/],
    [`$1, 'x', repeat('é', 256)`, 'PM004', /^ordering_key: must have 1 to 255 characters/],
    [`$1, 'x', '.'`, 'PM004', /^ordering_key: must not be "\." or "\.\."$/],
    [`$1, 'x', '..'`, 'PM004', /^ordering_key: must not be/],
    [
      `$1, 'x', send_at => now() + interval '8784 hours 1 second'`,
      'PM004',
      /^send_at: must be at most 366 days ahead$/,
    ],
    [`$1, 'x', send_at => 'infinity'`, 'PM004', /^send_at: must be at most 366 days ahead$/],
    [
      `$1, 'x', send_at => '-infinity'`,
      'PM004',
      /^send_at: must be in the years 1 to 9999 of UTC$/,
    ],
    [`$1, 'x', expires_at => 'infinity'`, 'PM004', /^expires_at: must be in the years 1 to 9999/],
    [`$1, 'x', expires_at => '10000-01-01Z'`, 'PM004', /^expires_at: must be in the years/],
    [`$1, 'x', expires_at => '0001-12-31Z BC'`, 'PM004', /^expires_at: must be in the years/],
    [
      `$1, 'x', send_at => '2026-01-01Z', expires_at => '2026-01-01Z'`,
      'PM004',
      /^expires_at: must be after send_at$/,
    ],
    [`$1, 'x', idempotency_key => ''`, 'PM004', /^idempotency_key: must have 1 to 255 characters/],
    [`$1, 'x', idempotency_key => repeat('x', 256)`, 'PM004', /^idempotency_key: must have 1 to/],
    [`$1, 'x', idempotency_key => 'é'`, 'PM004', /^idempotency_key: .*from space to ~ of ASCII/],
    [`$1, 'x', idempotency_key => E'a\\n'`, 'PM004', /^idempotency_key: /],
    [
      `$1, 'x', metadata => '[]'`,
      'PM004',
      /^metadata: must be an object of strings, but is array$/,
    ],
    [
      `$1, 'x', metadata => '{"customer": 42}'`,
      'PM004',
      /^metadata\.customer: must be a string, but is number$/,
    ],
    [
      `$1, 'x', metadata => '{"": "x"}'`,
      'PM004',
      /^metadata\.: a name must have 1 to 64 characters$/,
    ],
    [
      `$1, 'x', metadata => jsonb_build_object(repeat('é', 65), 'x')`,
      'PM004',
      /^metadata\.é{64}: a name must have 1 to 64 characters$/,
    ],
    [
      `$1, 'x', metadata => jsonb_build_object('a', repeat('é', 256))`,
      'PM004',
      /^metadata\.a: must have at most 255 characters$/,
    ],
    [
      `$1, 'x', metadata => (select jsonb_object_agg(n, '') from generate_series(1, 21) as n)`,
      'PM004',
      /^metadata: must have at most 20 pairs, but has 21$/,
    ],
    [
      `$1, repeat('é', 524289)`,
      'PM011',
      /^payload: must have at most 1048576 bytes, but has 1048578$/,
    ],
  ];
  for (const [args, code, message] of REFUSED) {
    test(`(${args}) → refused with ${code}, and nothing is stored`, async () => {
      const before = await countAll();
      await assert.rejects(enqueue(args), { code, message });
      assert.equal(await countAll(), before);
    });
  }

  test('the longest of everything → stored', async () => {
    const id = await enqueue(
      `$1, repeat('é', 524288), repeat('🂡', 255), now() + interval '8784 hours',
       '9999-12-31 23:59:59.999999Z', repeat('~', 255)`,
    );
    assert.equal((await rowOf(id)).payload.length, 524_288);
  });

  test('a webhook that is inactive → accepted, and one that was deleted → refused with PM005', async () => {
    const inactive = await addWebhook(database, { active: false });
    await app.query(`select postmand.enqueue($1, 'x')`, [inactive.id]);
    await database.pool.query('update webhooks set deleted_at = now() where id = $1', [
      inactive.id,
    ]);
    await assert.rejects(app.query(`select postmand.enqueue($1, 'x')`, [inactive.id]), {
      code: 'PM005',
    });
  });
});

suite('settings of the functions', () => {
  const WRONG: [setting: string, value: string, message: RegExp][] = [
    [
      'max_payload',
      'much',
      /^postmand\.max_payload: must be a whole number from 1 to 67108864, but is "much"$/,
    ],
    ['max_payload', '67108865', /^postmand\.max_payload: /],
    ['idempotency_window', '3599', /^postmand\.idempotency_window: .* from 3600 to 2592000/],
    ['notify', 'maybe', /^postmand\.notify: must be on or off, but is "maybe"$/],
  ];
  for (const [setting, value, message] of WRONG) {
    test(`postmand.${setting} is ${value} → refused with PM004`, async () => {
      await assert.rejects(
        withSetting(setting, value, () => enqueue(`$1, 'x', idempotency_key => 'wrong setting'`)),
        { code: 'PM004', message },
      );
    });
  }

  test('postmand.max_payload → payloads up to it', async () => {
    await withSetting('max_payload', '3', () => enqueue(`$1, 'xyz'`));
    await assert.rejects(
      withSetting('max_payload', '3', () => enqueue(`$1, 'wxyz'`)),
      {
        code: 'PM011',
        message: /at most 3 bytes, but has 4$/,
      },
    );
  });

  test('postmand.notify is on → one notification a transaction; else none', async () => {
    const told: string[] = [];
    const listener = await database.pool.connect();
    try {
      listener.on('notification', ({ payload }) => told.push(payload ?? ''));
      await listener.query('listen postmand_deliveries');
      await enqueue(`$1, 'x'`);
      await withSetting('notify', 'off', () => enqueue(`$1, 'x'`));
      await withSetting('notify', 'on', async () => {
        await enqueue(`$1, 'x'`);
        await enqueueMany([{ webhook_id: webhookId }, { webhook_id: webhookId }]);
      });
      await listener.query('select');
      assert.deepEqual(told, ['outbox']);
    } finally {
      listener.release(true);
    }
  });
});

suite('postmand.enqueue_many', () => {
  test('deliveries with every member → their ids in the order of the array, which is that of their places', async () => {
    const times = { send_at: '2026-03-01T00:00:00.0000001+23:59', expires_at: null };
    const ids = await enqueueMany([
      { webhook_id: webhookId.toUpperCase(), payload: 'first', ordering_key: 'k', ...times },
      { webhook_id: webhookId, payload: 'second', idempotency_key: 'second' },
      { webhook_id: webhookId, payload: 'second', idempotency_key: 'second' },
      { webhook_id: webhookId },
    ]);
    assert.equal(ids[1], ids[2]);
    assert.deepEqual(await inPlace(ids), ['first', 'second', '']);
    const { rows } = await database.pool.query(
      'select send_at, ordering_key from deliveries where id = $1',
      [ids[0]],
    );
    assert.deepEqual(rows, [{ send_at: '2026-02-28T00:01:00.000001Z', ordering_key: 'k' }]);
  });

  test('an empty array → nothing', async () => {
    assert.deepEqual(await enqueueMany([]), []);
  });

  test('1,000 deliveries → all of them; 1,001 → refused', async () => {
    const many = Array.from({ length: 1001 }, () => ({ webhook_id: webhookId }));
    assert.equal((await enqueueMany(many.slice(1))).length, 1000);
    await assert.rejects(enqueueMany(many), {
      code: 'PM004',
      message: 'deliveries: must be at most 1000, but are 1001',
    });
  });

  const good = () => ({ webhook_id: webhookId, payload: 'x' });
  const REFUSED: [what: string, given: () => unknown, code: string, message: RegExp][] = [
    ['null', () => null, 'PM004', /^deliveries: must be an array of objects, but is null$/],
    ['an object', good, 'PM004', /^deliveries: must be an array of objects, but is object$/],
    [
      'a number in it',
      () => [good(), 3],
      'PM004',
      /^deliveries\[1\]: must be an object, but is number$/,
    ],
    ['an array in it', () => [[]], 'PM004', /^deliveries\[0\]: must be an object, but is array$/],
    [
      'an unknown member',
      () => [good(), { ...good(), urgent: true }],
      'PM004',
      /^deliveries\[1\]\.urgent: is no member of a delivery; there are webhook_id, payload, /,
    ],
    [
      'an object for a payload',
      () => [{ ...good(), payload: { order: 1 } }],
      'PM004',
      /^deliveries\[0\]\.payload: must be a string or null, but is object$/,
    ],
    [
      'no webhook',
      () => [good(), { payload: 'x' }],
      'PM004',
      /^deliveries\[1\]\.webhook_id: must be the id of a webhook, but is null$/,
    ],
    [
      'an id without hyphens',
      () => [{ webhook_id: webhookId.replaceAll('-', '') }],
      'PM004',
      /^deliveries\[0\]\.webhook_id: must be a UUID$/,
    ],
    [
      'an unknown webhook',
      () => [good(), { webhook_id: randomUUID() }],
      'PM005',
      /^deliveries\[1\]\.webhook_id: there is no webhook /,
    ],
    [
      'a date for a time',
      () => [{ ...good(), send_at: '2026-01-01' }],
      'PM004',
      /^deliveries\[0\]\.send_at: must be a time of RFC 3339/,
    ],
    [
      'February 30',
      () => [{ ...good(), expires_at: '2026-02-30T00:00:00Z' }],
      'PM004',
      /^deliveries\[0\]\.expires_at: must be a time of RFC 3339/,
    ],
    [
      'a wrong key',
      () => [{ ...good(), ordering_key: '' }],
      'PM004',
      /^deliveries\[0\]\.ordering_key: must have 1/,
    ],
    [
      'a key that was used',
      () => [
        { ...good(), idempotency_key: 'twice' },
        { ...good(), payload: 'y', idempotency_key: 'twice' },
      ],
      'PM024',
      /^deliveries\[1\]\.idempotency_key: was used for something else$/,
    ],
  ];
  for (const [what, given, code, message] of REFUSED) {
    test(`${what} → refused with ${code}, and nothing is stored`, async () => {
      const before = await countAll();
      await assert.rejects(enqueueMany(given()), { code, message });
      assert.equal(await countAll(), before);
    });
  }
});

/** `args` of the function, in which $1 is the webhook. @returns the id */
async function metadataOf(id: string): Promise<unknown> {
  const { rows } = await database.pool.query<{ metadata: unknown }>(
    'select metadata from deliveries where id = $1',
    [id],
  );
  return rows[0]?.metadata;
}

async function enqueue(args: string): Promise<string> {
  const { rows } = await app.query<{ id: string }>(
    `select postmand.enqueue(${args}) as id`,
    args.includes('$1') ? [webhookId] : [],
  );
  return rows[0]?.id ?? '';
}

async function enqueueMany(deliveries: unknown): Promise<string[]> {
  const { rows } = await app.query<{ id: string }>('select postmand.enqueue_many($1) as id', [
    deliveries === null ? null : JSON.stringify(deliveries),
  ]);
  return rows.map(({ id }) => id);
}

/** Does the work in a transaction that has a setting of the functions. */
async function withSetting(name: string, value: string, work: () => Promise<unknown>) {
  await app.query('begin');
  try {
    await app.query(`select set_config($1, $2, true)`, [`postmand.${name}`, value]);
    await work();
  } catch (error) {
    await app.query('rollback');
    throw error;
  }
  await app.query('commit');
}

async function rowOf(id: string) {
  const { rows } = await database.pool.query(
    `select webhook_id, payload, status, delivery_attempts, held_reason, failed_reason,
       ordering_key, sequence, is_head, test, outbox_place is not null as has_place,
       parked_at = created_at as is_parked_now, scheduled_at = created_at as is_due_now,
       created_at = updated_at and created_at > now() - interval '1 minute' as is_new,
       (send_at - created_at)::text as wait, (expires_at - created_at)::text as life
     from deliveries where id = $1`,
    [id],
  );
  return rows[0];
}

/** The payloads of deliveries in the order of their places. */
async function inPlace(ids: string[]): Promise<string[]> {
  const { rows } = await database.pool.query<{ payload: string }>(
    'select payload from deliveries where id = any ($1) order by outbox_place',
    [ids],
  );
  return rows.map(({ payload }) => payload);
}

async function countAll(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    `select ((select count(*) from deliveries) + (select count(*) from idempotency_keys))::integer
       as count`,
  );
  return rows[0]?.count ?? 0;
}
