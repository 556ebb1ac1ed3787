import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { inTransaction } from '../../../src/database/transaction.ts';
import type { Draft } from '../../../src/deliveries/accepting/accept.ts';
import type { Accepted } from '../../../src/deliveries/accepting/accepted.ts';
import { deleteDeliveries } from '../../../src/deliveries/delivery-store.ts';
import { IdempotencyRefusal } from '../../../src/deliveries/idempotency/refusal.ts';
import { idempotentRequest } from '../../../src/deliveries/idempotency/request.ts';
import { hideWebhook } from '../../../src/webhooks/webhook-store.ts';
import { lockIdempotencyKey } from '../../setup/key-lock.ts';
import type { Cleanup } from '../../setup/last-first.ts';
import { lockRow } from '../../setup/row-lock.ts';
import { addWebhook } from '../../setup/rows.ts';
import { count, jobs } from '../../setup/tables.ts';
import { freshAccept } from '../accepting/accepting.ts';

const REUSED = new IdempotencyRefusal('idempotency_key_reused');
const IN_USE = new IdempotencyRefusal('idempotency_key_in_use');

suite('accepting with an Idempotency-Key', { concurrency: 4 }, () => {
  test('once more → the delivery as it is now, and nothing new', async (t) => {
    const { post, draft, pool } = await posting(t);
    const first = await post('k', draft);
    await pool.query(`update deliveries set status = 'succeeded', delivery_attempts = 3`);
    const again = await post('k', draft);
    assert.deepEqual([first.kind, again.kind], ['stored', 'replayed']);
    assert.deepEqual(again.kind === 'replayed' && again.delivery, {
      ...(first.kind === 'stored' && first.delivery),
      status: 'succeeded',
      delivery_attempts: 3,
      budget_used: 3,
    });
    assert.deepEqual([await count(pool, 'deliveries'), (await jobs(pool)).length], [1, 1]);
  });

  test('another request with the key → refused, and the key stays what it was', async (t) => {
    const { post, draft, pool } = await posting(t);
    await post('k', draft);
    for (const other of [{ payload: 'y' }, { orderingKey: 'o' }, { expiresAt: 'infinity' }])
      await assert.rejects(post('k', { ...draft, ...other }), REUSED);
    assert.equal((await post('k', draft)).kind, 'replayed');
    assert.equal(await count(pool, 'deliveries'), 1);
  });

  test('20 callers with 4 keys at once, between others without → one delivery a key, and the rest are replays of it', async (t) => {
    const { post, draft, pool } = await posting(t);
    const answers = await Promise.all(
      Array.from({ length: 40 }, async (_one, i) => {
        const key = i % 2 === 0 ? `key ${i % 8}` : undefined;
        // Half of them have transactions of other lanes.
        const ordered = i % 4 === 0 ? { orderingKey: 'o' } : {};
        return { key, answer: await post(key, { ...draft, payload: key ?? `${i}`, ...ordered }) };
      }),
    );
    const ids = new Map<string, Set<string>>();
    for (const { key, answer } of answers) {
      assert.ok(answer.kind === 'stored' || answer.kind === 'replayed');
      assert.equal(answer.delivery.payload, key ?? answer.delivery.payload);
      if (key !== undefined) ids.set(key, (ids.get(key) ?? new Set()).add(answer.delivery.id));
    }
    assert.deepEqual(
      [...ids.values()].map(({ size }) => size),
      [1, 1, 1, 1],
    );
    const stored = answers.filter(({ answer }) => answer.kind === 'stored');
    assert.equal(stored.length, 24);
    assert.equal(await count(pool, 'deliveries'), 24);
  });

  test('an unknown webhook → webhook_missing for all that come with the key, which is free afterwards', async (t) => {
    const { post, draft, pool } = await posting(t);
    const lost = { ...draft, webhookId: randomUUID() };
    const answers = await Promise.all([
      post('k', lost),
      post('k', lost),
      post('k', lost),
      post('other', draft),
    ]);
    assert.deepEqual(
      answers.map(({ kind }) => kind),
      ['webhook_missing', 'webhook_missing', 'webhook_missing', 'stored'],
    );
    assert.equal((await post('k', draft)).kind, 'stored');
    assert.equal(await count(pool, 'idempotency_keys'), 2);
  });

  test('the first of two fails, with another request behind it → that one is stored', async (t) => {
    const { post, draft } = await posting(t);
    const [lost, other] = await Promise.all([
      post('k', { ...draft, webhookId: randomUUID() }),
      post('k', draft),
    ]);
    assert.deepEqual([lost.kind, other.kind], ['webhook_missing', 'stored']);
  });

  test('the delivery is deleted, or its webhook is → gone, and nothing new', async (t) => {
    const { post, draft, pool } = await posting(t);
    const first = await post('k', draft);
    await post('l', draft);
    const id = first.kind === 'stored' ? first.delivery.id : '';
    await inTransaction(pool, (tx) => deleteDeliveries(tx, [id]));
    assert.equal((await post('k', draft)).kind, 'gone');
    await inTransaction(pool, (tx) => hideWebhook(tx, draft.webhookId));
    assert.equal((await post('l', draft)).kind, 'gone');
    assert.equal(await count(pool, 'deliveries'), 1);
  });

  test('the webhook became inactive → a replay all the same', async (t) => {
    const { post, draft, pool } = await posting(t);
    await post('k', draft);
    await pool.query('update webhooks set active = false');
    assert.equal((await post('k', draft)).kind, 'replayed');
  });

  test('the time of the key is over → the same, and another, are new requests', async (t) => {
    const { post, draft, pool } = await posting(t);
    for (const payload of ['x', 'x', 'y']) {
      assert.equal((await post('k', { ...draft, payload })).kind, 'stored');
      await pool.query(`update idempotency_keys set expires_at = now()`);
    }
    assert.equal(await count(pool, 'deliveries'), 3);
  });

  test('a transaction that has the key ends soon → one waits for it, and is stored', async (t) => {
    const { post, draft, hold } = await posting(t);
    const letGo = await hold('k');
    const waiting = post('k', draft);
    // Others go on meanwhile.
    assert.equal((await post('l', draft)).kind, 'stored');
    await letGo();
    assert.equal((await waiting).kind, 'stored');
  });

  test('a transaction keeps the key → refused in the end, while nobody waits in the database', async (t) => {
    const { post, draft, pool, hold } = await posting(t);
    await hold('k');
    const waiting = Promise.allSettled(Array.from({ length: 30 }, () => post('k', draft)));
    for (let i = 0; i < 5; i += 1) {
      assert.equal((await post(undefined, draft)).kind, 'stored');
      const { rowCount } = await pool.query(
        `select from pg_locks join pg_database on pg_database.oid = database
         where not granted and locktype = 'advisory' and datname = current_database()`,
      );
      assert.equal(rowCount, 0);
    }
    for (const one of await waiting)
      assert.deepEqual(one.status === 'rejected' && one.reason, IN_USE);
    assert.equal(await count(pool, 'deliveries'), 5);
  });

  test('somebody is removing the webhook → one waits for that alone, and others with the key for it', async (t) => {
    const { post, draft, database } = await posting(t);
    const release = await lockRow(t, database, { table: 'webhooks', id: draft.webhookId });
    const waiting = [post('k', draft), post('k', draft)];
    await release();
    const kinds = (await Promise.all(waiting)).map(({ kind }) => kind).toSorted();
    assert.deepEqual(kinds, ['replayed', 'stored']);
  });
});

/** `hold` takes a key in a transaction of its own, as `postmand.enqueue` does, and lets it go. */
async function posting(t: Cleanup) {
  const database = await freshAccept(t);
  const { pool, accept } = database;
  const webhook = await addWebhook(database);
  const draft: Draft = { webhookId: webhook.id, payload: 'x' };
  async function post(key: string | undefined, one: Draft): Promise<Accepted> {
    const request = key === undefined ? undefined : idempotentRequest(key, 'createDelivery', [one]);
    return (await accept([one], request))[0];
  }
  const hold = (key: string) => lockIdempotencyKey(t, database, key);
  return { database, pool, draft, post, hold };
}
