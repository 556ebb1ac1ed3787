import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sweepOverdue } from '../../src/deliveries/sweep.ts';
import { addDeliveries, addWebhook, count, jobs, parkAll } from './rows.ts';
import { claimed, freshWorkerQueue } from './worker-queue.ts';

suite('sweep', { concurrency: 4 }, () => {
  test('an overdue delivery that lost its job → a job, due at once', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id, 1, 31);
    await worker.claimOf(webhook.id, id);
    await worker.pool.query('delete from pgboss.job');
    await sweepOverdue(worker.pool, worker.queue);
    const [claim, ...others] = await claimed(worker.queue, 10);
    assert.deepEqual([claim?.deliveryId, claim?.webhookId, others.length], [id, webhook.id, 0]);
  });

  test('overdue deliveries with a job, waiting or claimed → no second one', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [waiting = '', claimed = ''] = await addDeliveries(worker, webhook.id, 2, 3600);
    await worker.claimOf(webhook.id, claimed);
    await worker.commit((tx) => worker.queue.enqueue(tx, [{ deliveryId: waiting, webhookId: webhook.id, delaySeconds: 0 }]));
    const before = (await jobs(worker.pool)).map(({ id, state }) => [id, state]);
    await sweepOverdue(worker.pool, worker.queue);
    assert.deepEqual(
      (await jobs(worker.pool)).map(({ id, state }) => [id, state]),
      before,
    );
  });

  test('not pending, parked, or only just due → left alone', async (t) => {
    const worker = await freshWorkerQueue(t);
    const [done, held, fresh] = [await addWebhook(worker), await addWebhook(worker, { active: false }), await addWebhook(worker)];
    await addDeliveries(worker, done.id, 2, 3600);
    await worker.pool.query(`update deliveries set status = case when payload = 'payload 1' then 'failed' else 'succeeded' end`);
    await addDeliveries(worker, held.id, 1, 3600);
    await parkAll(worker, held.id);
    await addDeliveries(worker, fresh.id, 1, 5);
    await addDeliveries(worker, fresh.id, 1, -3600);
    await sweepOverdue(worker.pool, worker.queue);
    assert.deepEqual(await jobs(worker.pool), []);
  });

  test('2,500 that lost their jobs, many due at the same moment → all get one', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    await addDeliveries(worker, webhook.id, 2500, 60);
    await worker.pool.query(`update deliveries set scheduled_at = date_trunc('minute', scheduled_at) where payload < 'payload 3'`);
    await sweepOverdue(worker.pool, worker.queue);
    assert.equal(await count(worker.pool, 'pgboss.job'), 2500);
    await sweepOverdue(worker.pool, worker.queue);
    assert.equal(await count(worker.pool, 'pgboss.job'), 2500);
  });

  test('nothing overdue → nothing happens', async (t) => {
    const worker = await freshWorkerQueue(t);
    await sweepOverdue(worker.pool, worker.queue);
    assert.deepEqual(await jobs(worker.pool), []);
  });
});
