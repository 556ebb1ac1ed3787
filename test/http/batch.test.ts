import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { count } from '../setup/tables.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { rawClient } from './raw-client.ts';
import { send, UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const api = await startApi(wholeFile, database);
const { id: webhook_id } = await api.createWebhook();
const { id: inactive } = await api.createWebhook({ active: false });

const post = (deliveries: unknown) => api.call('POST', '/deliveries/batch', { deliveries });
const times = (count: number) => Array.from({ length: count }, (_one, i) => i);

/** What the database has of deliveries, in the order of their places in the outbox. */
async function inOutbox(ids: string[]) {
  const { rows } = await pool.query<{ id: string; payload: string; transaction: string }>(
    `select id, payload, ordering_key, sequence, is_head, held_reason, xmin::text as transaction
     from deliveries where id = any ($1::uuid[]) and outbox_place is not null
     order by outbox_place`,
    [ids],
  );
  return rows;
}

test('1,000 deliveries → 201 with their ids in order, all committed in one transaction, and no job', async () => {
  const jobs = await count(pool, 'postmand_queue.job');
  const { status, body } = await post(times(1000).map((i) => ({ webhook_id, payload: `${i}` })));
  assert.equal(status, 201);
  const { ids } = body as { ids: string[] };
  const stored = await inOutbox(ids);
  assert.deepEqual(
    stored.map(({ id, payload }) => [id, payload]),
    times(1000).map((i) => [ids[i], `${i}`]),
  );
  assert.equal(new Set(stored.map(({ transaction }) => transaction)).size, 1);
  assert.equal(await count(pool, 'postmand_queue.job'), jobs);
});

test('a batch → each delivery is shown as a POST of it would be', async () => {
  const expires_at = '2126-11-24T16:26:01.000000Z';
  const drafts = [
    { webhook_id, payload: ' ключ 🦀\r\n"\\' },
    { webhook_id, payload: null, expires_at },
    { webhook_id: webhook_id.toUpperCase(), payload: 'x', ordering_key: 'a' },
    { webhook_id, payload: 'x', ordering_key: 'a' },
  ];
  const { ids } = (await post(drafts)).body as { ids: string[] };
  const shown = await Promise.all(ids.map((id) => api.delivery(id)));
  assert.equal(new Set(ids).size, 4);
  for (const [i, { payload, ...rest }] of shown.entries()) {
    const { created_at } = rest;
    assert.equal(payload, drafts[i]?.payload ?? '');
    assert.deepEqual(rest, {
      ...{ id: ids[i] ?? '', webhook_id, scheduled_at: created_at, delivery_attempts: 0 },
      ...{
        budget_used: 0,
        redeliveries: 0,
        metadata: {},
        event_id: null,
        traceparent: null,
        payload_removed_at: null,
      },
      ...{ status: 'pending', held_reason: null, ordering_key: drafts[i]?.ordering_key ?? null },
      ...{ sequence: null, failed_reason: null, send_at: null },
      ...{ expires_at: drafts[i]?.expires_at ?? null, test: false },
      ...{ created_at, updated_at: created_at },
    } satisfies Omit<Delivery, 'payload'>);
  }
  const rows = await inOutbox(ids);
  assert.deepEqual(
    rows.map(({ id }) => id),
    ids,
  );
});

test('send_at of a delivery in a batch → it is scheduled, and the others are not', async () => {
  const send_at = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '000Z');
  const { ids } = (await post([{ webhook_id, send_at }, { webhook_id }])).body as { ids: string[] };
  const shown = await Promise.all(ids.map((id) => api.delivery(id)));
  assert.deepEqual(
    shown.map((one) => [one.send_at, one.held_reason, one.scheduled_at === send_at]),
    [
      [send_at, 'scheduled', true],
      [null, null, false],
    ],
  );
});

test('deliveries of an active and an inactive webhook, and answers sent back → 201', async () => {
  const [first] = (await post([{ webhook_id: inactive }])).body.ids as [string];
  const { status, body } = await post([await api.delivery(first), { webhook_id }]);
  assert.deepEqual([status, (body as { ids: string[] }).ids.length], [201, 2]);
});

test('payloads of more text than one statement takes → all stored as they are', async () => {
  const payloads = times(7).map((i) => `"${i}\\`.repeat(200_000));
  const { ids } = (await post(payloads.map((payload) => ({ webhook_id, payload })))).body as {
    ids: string[];
  };
  assert.deepEqual(
    (await inOutbox(ids)).map(({ payload }) => payload === payloads.shift()),
    times(7).map(() => true),
  );
});

suite('a batch that is refused', () => {
  const batchOf = (at: number, fault: object) =>
    times(20).map((i) => ({ webhook_id, payload: 'x', ...(i === at ? fault : {}) }));

  const REFUSED: [what: string, deliveries: unknown, code: number, details: RegExp][] = [
    ['none', [], 4, /^deliveries: must NOT have fewer than 1 items$/],
    ['1,001', times(1001).map(() => ({ webhook_id })), 4, /^deliveries: must NOT have more than/],
    ['no array', { webhook_id }, 4, /^deliveries: must be array$/],
    ['null', null, 4, /^deliveries: must be array$/],
    ['nothing', undefined, 4, /^deliveries: is required$/],
    ['a text among them', [{ webhook_id }, 'x'], 4, /^deliveries\[1\]: must be object$/],
    [
      'a number as a payload',
      batchOf(17, { payload: 5 }),
      4,
      /^deliveries\[17\]\.payload: must be/,
    ],
    ['U+0000', batchOf(3, { payload: 'a\0b' }), 4, /^deliveries\[3\]\.payload: must be text with/],
    ['no webhook_id', [{ webhook_id }, {}], 4, /^deliveries\[1\]\.webhook_id: is required$/],
    ['a webhook_id that is no UUID', batchOf(0, { webhook_id: 'x' }), 4, /\[0\]\.webhook_id: must/],
    [
      'an unknown field',
      batchOf(19, { colour: 1 }),
      4,
      /^deliveries\[19\]\.colour: is not a known/,
    ],
    [
      'a time that no answer can show',
      batchOf(2, { expires_at: '0000-06-01T00:00:00Z' }),
      ...[4, /^deliveries\[2\]\.expires_at: must be in the years 1 to 9999 of UTC$/],
    ] as [string, unknown, number, RegExp],
    [
      'a time that is too far ahead',
      batchOf(4, { send_at: '2999-01-01T00:00:00Z' }),
      ...[4, /^deliveries\[4\]\.send_at: must be at most 366 days ahead$/],
    ] as [string, unknown, number, RegExp],
    [
      'an unknown webhook',
      batchOf(11, { webhook_id: UNKNOWN_ID }),
      ...[5, /^deliveries\[11\]\.webhook_id: no webhook has this id$/],
    ] as [string, unknown, number, RegExp],
    [
      'a payload that is larger than a body may be',
      batchOf(5, { payload: 'é'.repeat(524_289) }),
      ...[11, /^deliveries\[5\]\.payload: may have at most 1048576 bytes$/],
    ] as [string, unknown, number, RegExp],
  ];
  const STATUSES: Record<number, number> = { 4: 400, 5: 404, 11: 413 };

  for (const [what, deliveries, code, details] of REFUSED)
    test(`for ${what} → ${STATUSES[code]} that names it, and nothing is stored`, async () => {
      const before = await count(pool, 'deliveries');
      const { status, body } = await post(deliveries);
      assert.deepEqual([status, body.code], [STATUSES[code], code], JSON.stringify(body));
      assert.match(body.details, details);
      assert.equal(await count(pool, 'deliveries'), before);
    });

  test('as it has another field → 400 that names it', async () => {
    const { status, body } = await api.call('POST', '/deliveries/batch', {
      ...{ deliveries: [{ webhook_id }], colour: 'blue' },
    });
    assert.deepEqual([status, body.details], [400, 'colour: is not a known field']);
  });

  test('for a webhook that is being removed → 404 with code 5', async () => {
    const { id } = await api.createWebhook();
    await pool.query('update webhooks set deleted_at = now() where id = $1', [id]);
    const { status, body } = await post([{ webhook_id }, { webhook_id: id }]);
    assert.deepEqual([status, body.code], [404, 5]);
  });
});

suite('the size of a batch', () => {
  const payload = 'x'.repeat(1_000_000);

  test('16 MiB at most → 201; one more byte → 413 before it is read; another operation → 413 as ever', async () => {
    const empty = JSON.stringify({ deliveries: [{ webhook_id, payload }] });
    const fits = { deliveries: times(15).map(() => ({ webhook_id, payload })) };
    const length = Buffer.byteLength(JSON.stringify(fits));
    assert.ok(length > 14 * 1024 * 1024 && length < 16 * 1024 * 1024);
    assert.equal((await api.call('POST', '/deliveries/batch', fits)).status, 201);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': '16777217' };
    const answer = await send('POST', `${api.url}/v1/deliveries/batch`, { headers, body: empty });
    assert.equal(answer.status, 413, answer.text);
    assert.match(answer.text, /the body may have at most 16777216 bytes/);
    const other = await api.call('POST', '/deliveries', {
      webhook_id,
      payload: `${payload}${payload}`,
    });
    assert.equal(other.status, 413);
  });

  test('64 MiB of batches under way → another one 503 before it is read, and all else goes on', async (t) => {
    const size = `Content-Length: ${16 * 1024 * 1024}\r\nExpect: 100-continue`;
    const head = `Host: a\r\nContent-Type: application/json\r\n${size}\r\n\r\n`;
    const under = times(4).map(() =>
      rawClient(t, api.url, `POST /v1/deliveries/batch HTTP/1.1\r\n${head}`),
    );
    await until('all four may send', () => under.every((one) => one.text().includes('100 Cont')));
    const refused = await until('they are counted', async () => {
      const answer = await post([{ webhook_id }]);
      return answer.status === 503 && answer;
    });
    assert.deepEqual([refused.body.code, refused.headers.get('retry-after')], [12, '2']);
    assert.equal((await api.call('POST', '/deliveries', { webhook_id, payload })).status, 201);
    under[0]?.socket.destroy();
    await until('there is room', async () => (await post([{ webhook_id }])).status === 201);
  });

  test('a payload as long as the body of another request may be → 201', async () => {
    const longest = 'x'.repeat(1024 * 1024);
    assert.equal((await post([{ webhook_id, payload: longest }])).status, 201);
  });
});
