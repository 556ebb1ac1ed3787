import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Attempt } from '../../src/attempts/attempt.ts';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { listDeliveries } from '../../src/deliveries/delivery-list.ts';
import type { Queryable } from '../../src/database/pool.ts';
import { freshDatabase } from '../setup/database.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows, numbered } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const api = await startApi(wholeFile, database);

const MB = 1_000_000;
const [large = '', mixed = '', single = ''] = await addWebhookRows(pool, [{}, {}, {}]);

// 70 of 1 MB each for the first webhook; they take little room, as PostgreSQL compresses them.
for (let n = 1; n <= 70; n += 1) {
  const createdAt = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString();
  await addRows(large, n, createdAt);
}
await pool.query(`update deliveries set payload = repeat('x', $1)`, [MB]);
await pool.query(
  `update delivery_attempts set raw_request = repeat('q', $1), raw_response = repeat('r', $1)`,
  [MB / 2],
);
// For the second one texts around the length at which they are read apart from their list.
const LENGTHS = [0, 1, 32_767, 32_768, 32_769, 100_000];
const textOf = (length: number) => 'é'.repeat(length >> 1) + 'x'.repeat(length % 2);
for (const [i, length] of LENGTHS.entries()) {
  const createdAt = new Date(Date.UTC(2026, 1, 1) + i * 1000).toISOString();
  const { deliveryId, attemptId } = await addRows(mixed, 100 + i, createdAt);
  await pool.query('update deliveries set payload = $2 where id = $1', [
    deliveryId,
    textOf(length),
  ]);
  const transcript = [attemptId, textOf(length), textOf(LENGTHS[LENGTHS.length - 1 - i] ?? 0)];
  await pool.query(
    'update delivery_attempts set raw_request = $2, raw_response = $3 where id = $1',
    transcript,
  );
}

suite('a page of long texts', () => {
  for (const list of ['/deliveries', '/delivery-attempts']) {
    test(`${list} of more than 64 MiB → 400 that says how large it would be`, async () => {
      for (const query of [
        `webhook_id=${large}&limit=1000`,
        `webhook_id=${large}&limit=68`,
        'limit=1000',
      ]) {
        const { status, body } = await api.call('GET', `${list}?${query}`);
        assert.equal(status, 400, query);
        assert.equal(body.code, 4);
        assert.match(
          body.details,
          /^limit: this page would hold 6[5-8] MiB, at most 64 MiB; ask for fewer items$/,
        );
      }
    });

    test(`${list} of less → whole, in its order`, async () => {
      const { status, body } = await api.call(
        'GET',
        `${list}?webhook_id=${large}&limit=60&offset=10`,
      );
      assert.equal(status, 200);
      const rows = (body.deliveries ?? body.delivery_attempts) as (Delivery & Attempt)[];
      assert.deepEqual(
        rows.map(({ id }) => Number(id.slice(-12))),
        Array.from({ length: 60 }, (_, i) => 60 - i),
      );
      for (const { payload = '', raw_request = '', raw_response = '' } of rows)
        assert.equal((payload + raw_request + raw_response).length, MB);
    });
  }

  test('texts around the length at which they are read apart → all exact', async () => {
    const deliveries = (await api.call('GET', `/deliveries?webhook_id=${mixed}`)).body
      .deliveries as Delivery[];
    assert.deepEqual(
      deliveries.map(({ payload }) => payload),
      LENGTHS.toReversed().map(textOf),
    );
    const { body } = await api.call('GET', `/delivery-attempts?webhook_id=${mixed}`);
    assert.deepEqual(
      (body.delivery_attempts as Attempt[]).map(({ raw_request, raw_response }) => [
        raw_request,
        raw_response,
      ]),
      LENGTHS.toReversed().map((length, i) => [textOf(length), textOf(LENGTHS[i] ?? 0)]),
    );
  });

  test('one that alone is larger → a page of one is served', async () => {
    const [id] = await addDeliveryRows(pool, [{ webhookId: single, status: 'succeeded' }]);
    await pool.query(`update deliveries set payload = repeat('x', $2) where id = $1`, [
      id,
      68 * MB,
    ]);
    const { status, body } = await api.call('GET', `/deliveries?webhook_id=${single}&limit=1`);
    assert.equal(status, 200);
    assert.equal(body.deliveries[0].payload.length, 68 * MB);
    await pool.query('delete from deliveries where id = $1', [id]);
  });

  test('a delivery that is deleted between two of the statements → the page is read again', async () => {
    let statements = 0;
    const meddling = {
      query: async (text: string, values: unknown[]) => {
        statements += 1;
        const result = await pool.query(text, values);
        if (statements === 1)
          await pool.query(
            'delete from deliveries where webhook_id = $1 and octet_length(payload) = 100000',
            [mixed],
          );
        return result;
      },
    } as unknown as Queryable;
    const { items } = await listDeliveries(
      meddling,
      { webhookId: mixed },
      { limit: 50, offset: 0, createdAt: {} },
    );
    assert.deepEqual(
      items.map(({ payload }) => payload),
      LENGTHS.slice(0, -1).toReversed().map(textOf),
    );
  });
});

/** A delivery that succeeded, with its attempt; both ids tell the number. */
async function addRows(webhookId: string, number: number, createdAt: string) {
  const [deliveryId, attemptId] = [numbered('delivery', number), numbered('attempt', number)];
  const same = { webhookId, createdAt };
  await addDeliveryRows(pool, [{ ...same, id: deliveryId, status: 'succeeded', attempts: 1 }]);
  await addAttemptRows(pool, [{ ...same, id: attemptId, deliveryId }]);
  return { deliveryId, attemptId };
}
