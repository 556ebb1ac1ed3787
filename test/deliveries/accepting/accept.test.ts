import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { inTransaction } from '../../../src/database/transaction.ts';
import type { Delivery } from '../../../src/deliveries/delivery.ts';
import { hideWebhook } from '../../../src/webhooks/webhook-store.ts';
import { addWebhook } from '../../setup/rows.ts';
import { count, deliveryRow, jobs } from '../../setup/tables.ts';
import { freshAccept, stored } from './accepting.ts';

suite('accept', { concurrency: 4 }, () => {
  test('a draft → the delivery is stored as given, due now, with its job', async (t) => {
    const database = await freshAccept(t);
    const { acceptOne, pool } = database;
    const webhook = await addWebhook(database);
    const delivery = await acceptOne({ webhookId: webhook.id, payload: '{"a": "☃"}' });

    const { id, created_at, updated_at, scheduled_at, ...fields } = delivery;
    assert.deepEqual(fields, {
      webhook_id: webhook.id,
      payload: '{"a": "☃"}',
      delivery_attempts: 0,
      status: 'pending',
      held_reason: null,
      ordering_key: null,
      sequence: null,
      failed_reason: null,
      send_at: null,
      expires_at: null,
      test: false,
      budget_used: 0,
      redeliveries: 0,
      metadata: {},
      event_id: null,
      traceparent: null,
      payload_removed_at: null,
    });
    assert.deepEqual([created_at, updated_at], [scheduled_at, scheduled_at]);
    assert.equal((await deliveryRow(pool, id))?.status, 'pending');
    const [job, ...others] = await jobs(pool);
    assert.deepEqual([job?.deliveryId, job?.webhookId, others.length], [id, webhook.id, 0]);
    assert.ok((job?.waitSeconds ?? 1) <= 0);
  });

  test('an empty payload → stored', async (t) => {
    const database = await freshAccept(t);
    const webhook = await addWebhook(database);
    const delivery = await database.acceptOne({ webhookId: webhook.id, payload: '' });
    assert.equal(delivery.payload, '');
  });

  test('an unknown webhook → webhook_missing, and nothing is stored', async (t) => {
    const { accept, pool } = await freshAccept(t);
    const results = await accept([{ webhookId: randomUUID(), payload: 'x' }]);
    assert.deepEqual(results, [{ kind: 'webhook_missing' }]);
    assert.deepEqual(
      [await count(pool, 'deliveries'), await count(pool, 'postmand_queue.job')],
      [0, 0],
    );
  });

  test('a webhook that is being deleted → webhook_missing', async (t) => {
    const database = await freshAccept(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    await inTransaction(pool, (tx) => hideWebhook(tx, webhook.id));
    const results = await accept([{ webhookId: webhook.id, payload: 'x' }]);
    assert.deepEqual(results, [{ kind: 'webhook_missing' }]);
    assert.equal(await count(pool, 'deliveries'), 0);
  });

  test('an inactive webhook → the delivery is held, without a job', async (t) => {
    const database = await freshAccept(t);
    const { acceptOne, pool } = database;
    const webhook = await addWebhook(database, { active: false });
    const delivery = await acceptOne({ webhookId: webhook.id, payload: 'x' });
    assert.deepEqual([delivery.status, delivery.held_reason], ['pending', 'webhook_inactive']);
    assert.equal((await deliveryRow(pool, delivery.id))?.held, true);
    assert.deepEqual(await jobs(pool), []);
  });

  test('50 callers at once, some with an unknown webhook, some with an inactive one → each gets its own answer', async (t) => {
    const database = await freshAccept(t);
    const { accept, pool } = database;
    const active = await addWebhook(database);
    const inactive = await addWebhook(database, { active: false });
    const webhookIds = Array.from(
      { length: 50 },
      (_one, i) => [active.id, active.id, inactive.id, randomUUID()][i % 4] ?? '',
    );
    const results = await Promise.all(
      webhookIds.map((webhookId, i) => accept([{ webhookId, payload: `payload ${i}` }])),
    );

    const accepted: Delivery[] = [];
    for (const [i, [result]] of results.entries()) {
      if (i % 4 === 3) {
        assert.equal(result.kind, 'webhook_missing', `caller ${i}`);
        continue;
      }
      const { webhook_id, payload } = stored(result);
      assert.deepEqual([webhook_id, payload], [webhookIds[i], `payload ${i}`]);
      accepted.push(stored(result));
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
    const database = await freshAccept(t);
    const { acceptOne, pool } = database;
    const webhook = await addWebhook(database);
    const payloads = Array.from({ length: 16 }, (_one, i) =>
      `${i}"\\`.repeat(i % 4 === 0 ? 1 : 250_000),
    );
    const accepted = await Promise.all(
      payloads.map((payload) => acceptOne({ webhookId: webhook.id, payload })),
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
    const database = await freshAccept(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    await pool.query(
      `alter table postmand_queue.job add constraint none_accepted check (state <> 'created')`,
    );
    const results = await Promise.allSettled(
      [1, 2, 3].map((i) => accept([{ webhookId: webhook.id, payload: String(i) }])),
    );
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(await count(pool, 'deliveries'), 0);
  });

  test('one payload that cannot be stored among many → only its caller fails', async (t) => {
    const database = await freshAccept(t);
    const { accept, pool } = database;
    const webhook = await addWebhook(database);
    const payloads = Array.from({ length: 20 }, (_one, i) => (i === 7 ? 'NUL \0' : `payload ${i}`));
    const results = await Promise.allSettled(
      payloads.map((payload) => accept([{ webhookId: webhook.id, payload }])),
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
