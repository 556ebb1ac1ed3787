import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { lockIdempotencyKey } from '../setup/key-lock.ts';
import { startApi } from '../setup/service.ts';
import { count } from '../setup/tables.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { send, UNKNOWN_ID } from './request.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const { id: webhook_id } = await api.createWebhook();
const DELIVERIES = [
  { webhook_id, payload: 'a', ordering_key: 'k' },
  { webhook_id, payload: 'b', expires_at: '2126-11-24T16:26:01Z' },
];
const JSON_TYPE = { 'Content-Type': 'application/json' };

async function post(key: string, deliveries: object[] = DELIVERIES) {
  const answer = await send('POST', `${api.url}/v1/deliveries/batch`, {
    headers: { ...JSON_TYPE, 'Idempotency-Key': key },
    body: JSON.stringify({ deliveries }),
  });
  const { code, ids = [] } = answer.json as { code?: number; ids?: string[] };
  return { status: answer.status, code, ids, replayed: answer.headers['idempotency-replayed'] };
}
const stored = () => count(database.pool, 'deliveries');

test('the same batch once more → 201 with the same ids and Idempotency-Replayed', async () => {
  const first = await post('same');
  const again = await post('same', [
    { ...DELIVERIES[0], webhook_id: webhook_id.toUpperCase() },
    { ...DELIVERIES[1], send_at: null, expires_at: '2126-11-24T17:26:01+01:00' },
  ]);
  assert.deepEqual([first.status, first.ids.length, first.replayed], [201, 2, undefined]);
  assert.deepEqual(again, { ...first, replayed: 'true' });
});

test('many times at once → one batch is stored, and each answer has its ids', async () => {
  const before = await stored();
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('at once')));
  assert.deepEqual(
    answers.map(({ status, ids }) => [status, ids]),
    answers.map(() => [201, answers[0]?.ids]),
  );
  assert.equal(answers.filter(({ replayed }) => replayed === undefined).length, 1);
  assert.equal(await stored(), before + 2);
});

for (const [what, deliveries] of Object.entries({
  'another payload': [{ ...DELIVERIES[0], payload: 'c' }, DELIVERIES[1] ?? {}],
  'another order': DELIVERIES.toReversed(),
  'one delivery less': DELIVERIES.slice(1),
}))
  test(`the key of a batch with ${what} → 422 with code 24, and nothing is stored`, async () => {
    const key = `reused for ${what}`;
    await post(key);
    const before = await stored();
    const { status, code } = await post(key, deliveries);
    assert.deepEqual([status, code, await stored()], [422, 24, before]);
  });

test('some of its deliveries are deleted → its ids still; all of them → 409 with code 25', async () => {
  const { ids } = await post('deleted');
  await api.call('DELETE', `/deliveries/${ids[0]}`);
  assert.deepEqual((await post('deleted')).ids, ids);
  await api.call('DELETE', `/deliveries/${ids[1]}`);
  const { status, code } = await post('deleted');
  assert.deepEqual([status, code], [409, 25]);
});

test('a batch that was refused → its key is free', async () => {
  const refused = await post('refused', [...DELIVERIES, { webhook_id: UNKNOWN_ID }]);
  assert.deepEqual([refused.status, refused.code], [404, 5]);
  const { status, replayed } = await post('refused');
  assert.deepEqual([status, replayed], [201, undefined]);
});

test('a key that an open transaction has → other batches go on, and 201 when that has ended', async (t) => {
  const release = await lockIdempotencyKey(t, database, 'held');
  const waiting = Promise.all(Array.from({ length: 4 }, () => post('held')));
  assert.equal((await post('not held')).status, 201);
  await release();
  assert.deepEqual(
    (await waiting).map(({ status }) => status),
    [201, 201, 201, 201],
  );
});
