import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { keepQueueSmall, takeCensus } from '../../src/upkeep/census.ts';
import { until } from '../setup/until.ts';
import { releaseHeld } from '../setup/release.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { jobs } from '../setup/tables.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

suite('census', { concurrency: 4 }, () => {
  test('more jobs than the window of a webhook → it is flagged, and another one is not', async (t) => {
    const worker = await freshWorkerQueue(t);
    const [busy, other] = [await addWebhook(worker), await addWebhook(worker)];
    await enqueued(worker, busy.id, 11);
    await enqueued(worker, other.id, 10);
    await takeCensus(worker.pool, 10);
    assert.deepEqual(await flagged(worker), [busy.id]);
  });

  test('no webhook over its window → nothing is written', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { id } = await addWebhook(worker);
    await enqueued(worker, id, 10);
    await takeCensus(worker.pool, 10);
    const { rows } = await worker.pool.query('select from webhook_states');
    assert.equal(rows.length, 0);
  });

  test('far more jobs than the window → the last due leave the queue as backlog, and nothing is lost', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { id } = await addWebhook(worker);
    const ids = await enqueued(worker, id, 1500);
    while ((await keepQueueSmall(worker.pool, 100)) === 'more');
    const left = (await jobs(worker.pool)).map(({ deliveryId }) => deliveryId);
    assert.ok(left.length <= 200, `${left.length} jobs`);
    assert.deepEqual(left.toSorted(), ids.slice(0, left.length).toSorted());
    const { rows } = await worker.pool.query<{ held: number }>(
      `select count(*)::integer as held from deliveries
       where held_reason = 'backlog' and parked_at is not null and status = 'pending'`,
    );
    assert.equal(rows[0]?.held, 1500 - left.length);
  });

  test('a job that was claimed before → it stays in the queue, with what it knows', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { id } = await addWebhook(worker);
    await enqueued(worker, id, 300);
    await worker.pool.query(
      `update postmand_queue.job
       set data = data || '{"deaths": 3}', start_after = now() + interval '1 minute'
       where singleton_key = (select min(singleton_key) from postmand_queue.job)`,
    );
    await keepQueueSmall(worker.pool, 10);
    const { rows } = await worker.pool.query(
      `select from postmand_queue.job where data ? 'deaths'`,
    );
    assert.equal(rows.length, 1);
  });

  test('a backlog that is drained → the flag is gone', async (t) => {
    const worker = await freshWorkerQueue(t);
    const { id } = await addWebhook(worker);
    await enqueued(worker, id, 100);
    await keepQueueSmall(worker.pool, 20);
    await until('the flag is gone', async () => {
      await worker.pool.query('delete from postmand_queue.job');
      await releaseHeld(worker, 20);
      return (await flagged(worker)).length === 0;
    });
    const { rows } = await worker.pool.query('select from deliveries where parked_at is not null');
    assert.equal(rows.length, 0);
  });
});

/** Deliveries with a job each, a microsecond after each other. @returns their ids in this order. */
async function enqueued(worker: WorkerQueue, webhookId: string, many: number): Promise<string[]> {
  const ids = await addDeliveries(worker, webhookId, { count: many });
  const { pool, queue, commit } = worker;
  await commit((tx) =>
    queue.enqueue(
      tx,
      ids.map((deliveryId) => ({ deliveryId, webhookId, delaySeconds: 0 })),
    ),
  );
  await pool.query(
    `update postmand_queue.job set start_after = scheduled_at from deliveries
     where deliveries.id::text = singleton_key`,
  );
  return ids;
}

async function flagged({ pool }: WorkerQueue): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select webhook_id as id from webhook_states where over_window',
  );
  return rows.map(({ id }) => id);
}
