import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { QueueNotReady } from '../../src/queue/boss.ts';
import { openClaimableQueue, type ClaimableQueue } from '../../src/queue/claimable-queue.ts';
import { openQueue } from '../../src/queue/delivery-queue.ts';
import { freshDatabase } from '../setup/database.ts';
import { silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { jobs, takeOver } from '../setup/tables.ts';
import { claimed, freshWorkerQueue } from '../setup/worker-queue.ts';

const job = (delaySeconds = 0, webhookId = randomUUID()) => ({
  deliveryId: randomUUID(),
  webhookId,
  delaySeconds,
});

suite('enqueue', { concurrency: 4 }, () => {
  test('a job → claimed once, with its delivery and webhook', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    const one = job();
    await commit((tx) => queue.enqueue(tx, [one]));
    const [claim, ...others] = await claimed(queue, 10);
    assert.deepEqual(
      [claim?.deliveryId, claim?.webhookId, claim?.crashes, others.length],
      [one.deliveryId, one.webhookId, 0, 0],
    );
    assert.deepEqual(await claimed(queue, 10), []);
  });

  test('a delivery that has a waiting job → it keeps that one', async (t) => {
    const { queue, commit, pool } = await freshWorkerQueue(t);
    const one = job(60);
    await commit((tx) => queue.enqueue(tx, [one]));
    const before = await jobs(pool);
    await commit((tx) => queue.enqueue(tx, [{ ...one, delaySeconds: 0 }, job(), job()]));
    assert.equal((await jobs(pool)).length, 3);
    assert.equal((await jobs(pool)).at(-1)?.id, before[0]?.id);
  });

  test('a delivery whose job is claimed → no second job', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const { deliveryId, webhookId } = await claimOf(randomUUID(), randomUUID());
    await commit((tx) => queue.enqueue(tx, [{ deliveryId, webhookId, delaySeconds: 0 }]));
    assert.equal((await jobs(pool)).length, 1);
  });

  test('the same delivery twice in one call → one job', async (t) => {
    const { queue, commit, pool } = await freshWorkerQueue(t);
    const one = job();
    await commit((tx) => queue.enqueue(tx, [one, one]));
    assert.equal((await jobs(pool)).length, 1);
  });

  test('a rollback → no job', async (t) => {
    const { queue, commit, pool } = await freshWorkerQueue(t);
    const rolledBack = commit(async (tx) => {
      await queue.enqueue(tx, [job(), job()]);
      throw new Error('no');
    });
    await assert.rejects(rolledBack, /no/);
    assert.deepEqual(await jobs(pool), []);
  });

  test('no jobs → nothing happens', async (t) => {
    const { queue, commit, pool } = await freshWorkerQueue(t);
    await commit((tx) => queue.enqueue(tx, []));
    assert.deepEqual(await jobs(pool), []);
  });

  test('a job for later → not claimed before its time by the clock of the database', async (t) => {
    const { queue, commit, pool } = await freshWorkerQueue(t);
    const { rows } = await pool.query<{ due: string }>(
      `select (now() + interval '1.5 seconds')::text as due`,
    );
    await commit((tx) => queue.enqueue(tx, [job(1.5)]));
    assert.deepEqual(await claimed(queue, 10), []);
    await until('the job is claimed', async () => (await claimed(queue, 10))[0]);
    const late = await pool.query<{ late: boolean }>('select now() >= $1::timestamptz as late', [
      rows[0]?.due,
    ]);
    assert.equal(late.rows[0]?.late, true);
  });
});

suite('claim', { concurrency: 4 }, () => {
  test('more jobs than the limit → as many as the limit, then the rest', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    await commit((tx) =>
      queue.enqueue(
        tx,
        Array.from({ length: 5 }, () => job()),
      ),
    );
    assert.equal((await claimed(queue, 3)).length, 3);
    assert.equal((await claimed(queue, 3)).length, 2);
  });

  test('two workers at once → each job claimed by one of them', async (t) => {
    const worker = await freshWorkerQueue(t);
    const other = await worker.another();
    const all = Array.from({ length: 200 }, () => job());
    await worker.commit((tx) => worker.queue.enqueue(tx, all));
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_one, i) => claimed(i % 2 === 0 ? worker.queue : other, 20)),
    );
    const ids = claims.flat().map(({ deliveryId }) => deliveryId);
    assert.equal(new Set(ids).size, ids.length);
    const rest = await claimed(worker.queue, 200);
    assert.equal(ids.length + rest.length, 200);
  });

  test('webhooks to leave out → only jobs of others', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    const [full, free] = [randomUUID(), randomUUID()];
    await commit((tx) => queue.enqueue(tx, [job(0, full), job(0, full), job(0, free)]));
    assert.deepEqual(
      (await claimed(queue, 10, [full])).map(({ webhookId }) => webhookId),
      [free],
    );
  });
});

suite('finish', { concurrency: 4 }, () => {
  test('a claim that is ours → its job is gone, and the delivery can have another', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const claim = await claimOf(randomUUID(), randomUUID());
    assert.deepEqual(await commit((tx) => queue.finish(tx, [claim])), new Set([claim]));
    assert.deepEqual(await jobs(pool), []);
    await claimOf(claim.webhookId, claim.deliveryId);
  });

  test('a claim that another one took over → nothing ends, and the new owner can end it', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const [lost, kept] = [
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
    ];
    await takeOver(pool, lost.jobId);
    assert.deepEqual(await commit((tx) => queue.finish(tx, [lost, kept])), new Set([kept]));
    assert.deepEqual(
      (await jobs(pool)).map(({ id, state }) => [id, state]),
      [[lost.jobId, 'active']],
    );
  });

  test('a claim that waits for its next owner → nothing ends', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const claim = await claimOf(randomUUID(), randomUUID());
    await pool.query(`update postmand_queue.job set state = 'retry' where id = $1`, [claim.jobId]);
    assert.deepEqual(await commit((tx) => queue.finish(tx, [claim])), new Set());
    assert.equal((await jobs(pool)).length, 1);
  });

  test('a second time → nothing, and a job that the delivery got meanwhile stays', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const claim = await claimOf(randomUUID(), randomUUID());
    await commit((tx) => queue.finish(tx, [claim]));
    await commit((tx) => queue.enqueue(tx, [{ ...claim, delaySeconds: 0 }]));
    assert.deepEqual(await commit((tx) => queue.finish(tx, [claim])), new Set());
    assert.equal((await jobs(pool)).length, 1);
  });

  test('a rollback → the claim is still ours', async (t) => {
    const { queue, commit, claimOf } = await freshWorkerQueue(t);
    const claim = await claimOf(randomUUID(), randomUUID());
    const rolledBack = commit(async (tx) => {
      await queue.finish(tx, [claim]);
      throw new Error('no');
    });
    await assert.rejects(rolledBack, /no/);
    assert.deepEqual(await queue.keepAlive([claim]), new Set([claim]));
  });

  test('no claims → nothing', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    assert.deepEqual(await commit((tx) => queue.finish(tx, [])), new Set());
  });
});

suite('without a job', { concurrency: 4 }, () => {
  test('deliveries whose jobs wait, wait for later, are claimed, have ended or have failed, and one without a job → the last three', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const [claimed, ended, failed] = [
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
    ];
    const [waiting, later, none] = [job(), job(60), randomUUID()];
    await commit((tx) => queue.enqueue(tx, [waiting, later]));
    await commit((tx) => queue.finish(tx, [ended]));
    await pool.query(`update postmand_queue.job set state = 'failed' where id = $1`, [
      failed.jobId,
    ]);
    const ids = [claimed, ended, failed, waiting, later].map(({ deliveryId }) => deliveryId);
    const without = await commit((tx) => queue.withoutJob(tx, [...ids, none]));
    assert.deepEqual(without, new Set([ended.deliveryId, failed.deliveryId, none]));
  });

  test('no deliveries → nothing', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    assert.deepEqual(await commit((tx) => queue.withoutJob(tx, [])), new Set());
  });
});

suite('lease', { concurrency: 4 }, () => {
  test('claims kept alive → those still ours are named, lost and ended ones are not', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const [kept, lost, ended] = [
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
      await claimOf(randomUUID(), randomUUID()),
    ];
    await takeOver(pool, lost.jobId);
    await commit((tx) => queue.finish(tx, [ended]));
    assert.deepEqual(await queue.keepAlive([kept, lost, ended]), new Set([kept]));
  });

  test('a claim kept alive → its lease begins anew', async (t) => {
    const { queue, pool, claimOf } = await freshWorkerQueue(t);
    const claim = await claimOf(randomUUID(), randomUUID());
    const aged = await pool.query(
      `update postmand_queue.job set heartbeat_on = now() - interval '15 seconds' where id = $1`,
      [claim.jobId],
    );
    assert.equal(aged.rowCount, 1);
    await queue.keepAlive([claim]);
    const { rows } = await pool.query<{ fresh: boolean }>(
      `select heartbeat_on > now() - interval '5 seconds' as fresh from postmand_queue.job`,
    );
    assert.deepEqual(rows, [{ fresh: true }]);
  });

  test('an owner that gave no sign for a lease → the job is claimed again, and the death is counted', async (t) => {
    const { queue, commit, pool, claimOf } = await freshWorkerQueue(t);
    const lost = await claimOf(randomUUID(), randomUUID());
    await pool.query(
      `update postmand_queue.job set heartbeat_on = now() - interval '1 minute' where id = $1`,
      [lost.jobId],
    );
    assert.equal((await queue.endLost()).ended, 1);
    const claim = await until('the job is claimed again', async () => (await claimed(queue, 1))[0]);
    assert.deepEqual(
      [claim.jobId, claim.deliveryId, claim.crashes],
      [lost.jobId, lost.deliveryId, 1],
    );
    assert.deepEqual(await commit((tx) => queue.finish(tx, [lost])), new Set());
    assert.deepEqual(await commit((tx) => queue.finish(tx, [claim])), new Set([claim]));
  });
});

suite('wake-up', { concurrency: 4 }, () => {
  test('wake → every listener is called once the transaction commits, and not before', async (t) => {
    const worker = await freshWorkerQueue(t);
    const other = await worker.another();
    const first = await listening(worker.queue);
    const second = await listening(other);
    await until('the first one hears the other begin', () => first.calls === 3);
    await worker.commit(async (tx) => {
      worker.queue.wake(tx);
      assert.deepEqual([first.calls, second.calls], [3, 2]);
    });
    await until('both are called', () => first.calls === 4 && second.calls === 3);
  });

  test('a webhook has changed → its id is told to every listener, and nobody is woken', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    const told: (string | undefined)[] = [];
    let calls = 0;
    await queue.listen(
      () => (calls += 1),
      (id) => told.push(id),
    );
    await until('heard', () => calls === 2);
    assert.deepEqual(told, [undefined], 'as it begins, any webhook may have changed');
    await commit(async (tx) => queue.tellChanged(tx, 'a webhook'));
    await until('told', () => told.length === 2);
    assert.deepEqual([told[1], calls], ['a webhook', 2]);
    await commit(async (tx) => queue.wake(tx));
    await until('woken', () => calls === 3);
    assert.equal(told.length, 2);
  });

  test('a rollback → nobody is called', async (t) => {
    const { queue, commit } = await freshWorkerQueue(t);
    const heard = await listening(queue);
    const rolledBack = commit(async (tx) => {
      queue.wake(tx);
      throw new Error('no');
    });
    await assert.rejects(rolledBack, /no/);
    const before = heard.calls;
    // Notifications come in the order of commits: the next one shows that the first never came.
    await commit(async (tx) => queue.wake(tx));
    await until('called', () => heard.calls > before);
    assert.equal(heard.calls, before + 1);
  });

  test('the connection that listens is lost → called after it is back, as something may have been missed', async (t) => {
    const { queue, commit, pool } = await freshWorkerQueue(t);
    const heard = await listening(queue);
    const { rowCount } = await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'`,
    );
    assert.equal(rowCount, 1);
    // As the new session begins, and by the notification that it is sent.
    await until('called after the reconnection', () => heard.calls === 4);
    await commit(async (tx) => queue.wake(tx));
    await until('called by a notification', () => heard.calls > 4);
  });
});

test('a database without the queue → QueueNotReady, for servers and workers', async (t) => {
  const { pool, connection } = await freshDatabase(t, 'template0');
  await assert.rejects(openQueue(pool, silentLog), QueueNotReady);
  await assert.rejects(
    openClaimableQueue({ pool, connection, log: silentLog }, { leases: 1, claims: 0 }),
    QueueNotReady,
  );
});

/** Listens, and counts: a call as the session begins, and one by the notification it is sent. */
async function listening(queue: ClaimableQueue): Promise<{ calls: number }> {
  const heard = { calls: 0 };
  await queue.listen(() => (heard.calls += 1));
  await until('heard', () => heard.calls === 2);
  return heard;
}
