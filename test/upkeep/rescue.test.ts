import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ClaimableQueue } from '../../src/queue/claimable-queue.ts';
import type { NextJob } from '../../src/queue/delivery-queue.ts';
import { rescueOverdue } from '../../src/upkeep/rescue.ts';
import { changed } from '../setup/changed.ts';
import { lockTable } from '../setup/table-lock.ts';
import { until } from '../setup/until.ts';
import { addDeliveries, addWebhook, holdAll } from '../setup/rows.ts';
import { count, deliveryRow, jobs } from '../setup/tables.ts';
import { claimed, freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const rescuing = ({ pool, queue }: WorkerQueue, other: ClaimableQueue = queue) => ({
  ...{ pool, queue: other, liveJobs: 1000 },
});

suite('rescue', { concurrency: 4 }, () => {
  test('an overdue delivery that lost its job → a job, due at once', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id, { overdueSeconds: 31 });
    await worker.claimOf(webhook.id, id);
    await worker.pool.query('delete from postmand_queue.job');
    await rescueOverdue(rescuing(worker));
    const [claim, ...others] = await claimed(worker.queue, 10);
    assert.deepEqual([claim?.deliveryId, claim?.webhookId, others.length], [id, webhook.id, 0]);
  });

  test('overdue deliveries with a job, waiting or claimed → no second one', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [waiting = '', claimed = ''] = await addDeliveries(worker, webhook.id, {
      count: 2,
      overdueSeconds: 3600,
    });
    await worker.claimOf(webhook.id, claimed);
    await worker.commit((tx) =>
      worker.queue.enqueue(tx, [{ deliveryId: waiting, webhookId: webhook.id, delaySeconds: 0 }]),
    );
    const before = (await jobs(worker.pool)).map(({ id, state }) => [id, state]);
    await rescueOverdue(rescuing(worker));
    assert.deepEqual(
      (await jobs(worker.pool)).map(({ id, state }) => [id, state]),
      before,
    );
  });

  test('2,500 overdue with a job and one without → only that one is given to the queue', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const ids = await addDeliveries(worker, webhook.id, { count: 2501, overdueSeconds: 60 });
    const lost = ids[1700] ?? '';
    const waiting = ids
      .filter((id) => id !== lost)
      .map((deliveryId) => ({ deliveryId, webhookId: webhook.id, delaySeconds: 0 }));
    await worker.commit((tx) => worker.queue.enqueue(tx, waiting));
    const given: NextJob[] = [];
    await rescueOverdue(rescuing(worker, noting(worker.queue, given)));
    assert.deepEqual(given, [
      { deliveryId: lost, webhookId: webhook.id, test: false, delaySeconds: 0 },
    ]);
    assert.equal(await count(worker.pool, 'postmand_queue.job'), 2501);
  });

  test('deliveries that are not pending, held, or due only just now → left alone', async (t) => {
    const worker = await freshWorkerQueue(t);
    const [done, held, fresh] = [
      await addWebhook(worker),
      await addWebhook(worker, { active: false }),
      await addWebhook(worker),
    ];
    await addDeliveries(worker, done.id, { count: 2, overdueSeconds: 3600 });
    await worker.pool.query(
      `update deliveries set status = case when payload = 'payload 1' then 'failed' else 'succeeded' end`,
    );
    await addDeliveries(worker, held.id, { overdueSeconds: 3600 });
    await holdAll(worker, held.id);
    await addDeliveries(worker, fresh.id, { overdueSeconds: 5 });
    await addDeliveries(worker, fresh.id, { overdueSeconds: -3600 });
    await rescueOverdue(rescuing(worker));
    assert.deepEqual(await jobs(worker.pool), []);
  });

  test('2,500 that lost their jobs, many due at the same moment → the window of their webhook is filled, and the others are its backlog', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    await addDeliveries(worker, webhook.id, { count: 2500, overdueSeconds: 60 });
    await worker.pool.query(
      `update deliveries set scheduled_at = date_trunc('minute', scheduled_at) where payload < 'payload 3'`,
    );
    await rescueOverdue(rescuing(worker));
    assert.equal(await count(worker.pool, 'postmand_queue.job'), 1000);
    await rescueOverdue(rescuing(worker));
    assert.equal(await count(worker.pool, 'postmand_queue.job'), 1000);
    const { rows } = await worker.pool.query(
      'select held_reason, count(*)::integer from deliveries where parked_at is not null group by 1',
    );
    assert.deepEqual(rows, [{ held_reason: 'backlog', count: 1500 }]);
  });

  test('two workers at once → one works, the other one ends at once and does nothing', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    await addDeliveries(worker, webhook.id, { count: 10, overdueSeconds: 60 });
    const release = await lockTable(t, worker, 'deliveries');
    const first = rescueOverdue(rescuing(worker));
    await until('the first one is in the middle', () => isWaiting(worker));
    const given: NextJob[] = [];
    await rescueOverdue(rescuing(worker, noting(await worker.another(), given)));
    assert.deepEqual(given, []);
    await release();
    await first;
    assert.equal(await count(worker.pool, 'postmand_queue.job'), 10);
  });

  test('a worker that dies in the middle → the next one goes on', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    await addDeliveries(worker, webhook.id, { count: 10, overdueSeconds: 60 });
    const release = await lockTable(t, worker, 'deliveries');
    const dying = assert.rejects(rescueOverdue(rescuing(worker)));
    await until('it is in the middle', () => isWaiting(worker));
    await worker.pool.query(`select pg_terminate_backend(pid, 5000) from (${WAITING}) as waiting`);
    await dying;
    await release();
    await rescueOverdue(rescuing(worker));
    assert.equal(await count(worker.pool, 'postmand_queue.job'), 10);
  });

  test('its session loses what was prepared in it → what is run again gives out the same places', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    await addDeliveries(worker, webhook.id, { count: 10, overdueSeconds: 60 });
    let losses = 0;
    const losing = changed(worker.queue, {
      enqueue: async (tx, given) => {
        losses += 1;
        if (losses === 1) await tx.query('execute missing');
        await worker.queue.enqueue(tx, given);
      },
    });
    await rescueOverdue({ ...rescuing(worker, losing), liveJobs: 10 });
    assert.deepEqual([losses, await count(worker.pool, 'postmand_queue.job')], [2, 10]);
  });

  for (const [what, liveJobs] of [
    ['is to get a job', 1000],
    ['is to be backlog', 0],
  ] as const)
    test(`held by somebody else after it was looked at, where it ${what} → it is held, without a job`, async (t) => {
      const worker = await freshWorkerQueue(t);
      const webhook = await addWebhook(worker);
      const [id = ''] = await addDeliveries(worker, webhook.id, { overdueSeconds: 60 });
      let looks = 0;
      const queue = changed(worker.queue, {
        withoutJob: async (tx, ids) => {
          const lost = await worker.queue.withoutJob(tx, ids);
          if ((looks += 1) === 1) await holdAll(worker, webhook.id);
          return lost;
        },
      });
      await rescueOverdue({ ...rescuing(worker, queue), liveJobs });
      assert.deepEqual(await jobs(worker.pool), []);
      assert.equal((await deliveryRow(worker.pool, id))?.held_reason, 'webhook_inactive');
    });

  test('nothing overdue → nothing happens', async (t) => {
    const worker = await freshWorkerQueue(t);
    await rescueOverdue(rescuing(worker));
    assert.deepEqual(await jobs(worker.pool), []);
  });
});

const WAITING = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

async function isWaiting({ pool }: WorkerQueue): Promise<boolean> {
  return (await pool.query(WAITING)).rowCount === 1;
}

/** The queue, with the jobs noted that it is given. */
function noting(queue: ClaimableQueue, given: NextJob[]): ClaimableQueue {
  return changed(queue, {
    enqueue: (tx, jobs) => {
      given.push(...jobs);
      return queue.enqueue(tx, jobs);
    },
  });
}
