import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { inTransaction } from '../../src/database/transaction.ts';
import { createAccept } from '../../src/deliveries/accept.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { hideWebhook } from '../../src/webhooks/webhook-store.ts';
import { WebhookNotFound } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { addWebhook, count, deliveryRow, jobs } from '../setup/delivery-rows.ts';

suite('accept', { concurrency: 4 }, () => {
  test('a draft → the delivery is stored as given, due now, with its job', async (t) => {
    const database = await open(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    const delivery = await accept({ webhookId: webhook.id, payload: '{"a": "☃"}' });

    const { id, created_at, updated_at, scheduled_at, ...fields } = delivery;
    assert.deepEqual(fields, {
      webhook_id: webhook.id,
      payload: '{"a": "☃"}',
      delivery_attempts: 0,
      status: 'pending',
      held_reason: null,
    });
    assert.deepEqual([created_at, updated_at], [scheduled_at, scheduled_at]);
    assert.equal((await deliveryRow(pool, id))?.status, 'pending');
    const [job, ...others] = await jobs(pool);
    assert.deepEqual([job?.deliveryId, job?.webhookId, others.length], [id, webhook.id, 0]);
    assert.ok((job?.waitSeconds ?? 1) <= 0);
  });

  test('an empty payload → stored', async (t) => {
    const database = await open(t);
    const { accept } = database;
    const webhook = await addWebhook(database);
    assert.equal((await accept({ webhookId: webhook.id, payload: '' })).payload, '');
  });

  test('an unknown webhook → WebhookNotFound, and nothing is stored', async (t) => {
    const { accept, pool } = await open(t);
    await assert.rejects(accept({ webhookId: randomUUID(), payload: 'x' }), WebhookNotFound);
    assert.deepEqual(
      [await count(pool, 'deliveries'), await count(pool, 'postmand_queue.job')],
      [0, 0],
    );
  });

  test('a webhook that is being deleted → WebhookNotFound', async (t) => {
    const database = await open(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    await inTransaction(pool, (tx) => hideWebhook(tx, webhook.id));
    await assert.rejects(accept({ webhookId: webhook.id, payload: 'x' }), WebhookNotFound);
    assert.equal(await count(pool, 'deliveries'), 0);
  });

  test('an inactive webhook → the delivery is held, without a job', async (t) => {
    const database = await open(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database, { active: false });
    const delivery = await accept({ webhookId: webhook.id, payload: 'x' });
    assert.deepEqual([delivery.status, delivery.held_reason], ['pending', 'webhook_inactive']);
    assert.equal((await deliveryRow(pool, delivery.id))?.held, true);
    assert.deepEqual(await jobs(pool), []);
  });

  test('50 callers at once, some with an unknown webhook, some with an inactive one → each gets its own answer', async (t) => {
    const database = await open(t);
    const { accept, pool } = database;
    const active = await addWebhook(database);
    const inactive = await addWebhook(database, { active: false });
    const webhookIds = Array.from(
      { length: 50 },
      (_one, i) => [active.id, active.id, inactive.id, randomUUID()][i % 4] ?? '',
    );
    const results = await Promise.allSettled(
      webhookIds.map((webhookId, i) => accept({ webhookId, payload: `payload ${i}` })),
    );

    const accepted = [];
    for (const [i, result] of results.entries()) {
      if (i % 4 === 3) {
        assert.ok(
          result.status === 'rejected' && result.reason instanceof WebhookNotFound,
          `caller ${i}`,
        );
        continue;
      }
      assert.ok(result.status === 'fulfilled', `caller ${i}`);
      assert.deepEqual(
        [result.value.webhook_id, result.value.payload],
        [webhookIds[i], `payload ${i}`],
      );
      accepted.push(result.value);
    }
    assert.equal(await count(pool, 'deliveries'), accepted.length);
    const due = accepted.filter(({ held_reason }) => held_reason === null);
    assert.deepEqual(
      (await jobs(pool)).map(({ deliveryId }) => deliveryId).sort(),
      due.map(({ id }) => id).sort(),
    );
    assert.equal(due.length, 26);
  });

  test('payloads of many megabytes at once, with small ones between them → each is stored as it was given', async (t) => {
    const database = await open(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    const payloads = Array.from({ length: 16 }, (_one, i) =>
      `${i}"\\`.repeat(i % 4 === 0 ? 1 : 250_000),
    );
    const accepted = await Promise.all(
      payloads.map((payload) => accept({ webhookId: webhook.id, payload })),
    );
    const { rows } = await pool.query<{ id: string; payload: string }>(
      'select id, payload from deliveries',
    );
    const stored = new Map(rows.map(({ id, payload }) => [id, payload]));
    assert.equal(stored.size, 16);
    for (const [i, payload] of payloads.entries())
      assert.ok(stored.get(accepted[i]?.id ?? '') === payload, `payload ${i}`);
    assert.equal(await count(pool, 'postmand_queue.job'), 16);
  });

  test('the job cannot be stored → neither is the delivery, and every caller is told', async (t) => {
    const database = await open(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    await pool.query(
      `alter table postmand_queue.job add constraint none_accepted check (state <> 'created')`,
    );
    const results = await Promise.allSettled(
      [1, 2, 3].map((i) => accept({ webhookId: webhook.id, payload: String(i) })),
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(await count(pool, 'deliveries'), 0);
  });

  test('one payload that cannot be stored among many → only its caller fails', async (t) => {
    const database = await open(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    const payloads = Array.from({ length: 20 }, (_one, i) => (i === 7 ? 'NUL \0' : `payload ${i}`));
    const results = await Promise.allSettled(
      payloads.map((payload) => accept({ webhookId: webhook.id, payload })),
    );
    assert.deepEqual(
      results.flatMap(({ status }, i) => (status === 'rejected' ? [i] : [])),
      [7],
    );
    assert.deepEqual(
      [await count(pool, 'deliveries'), await count(pool, 'postmand_queue.job')],
      [19, 19],
    );
  });
});

async function open(t: TestContext) {
  const database = await freshDatabase(t);
  const queue = await openQueue(database.pool, silentLog);
  lastFirst(t).after(() => queue.close());
  return {
    ...database,
    accept: createAccept({ pool: database.pool, queue, metrics: createMetrics() }),
  };
}
