import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deleteDeliveries } from '../../src/deliveries/delivery-store.ts';
import { goOn } from '../../src/deliveries/order/promote.ts';
import { withdraw } from '../../src/deliveries/withdraw.ts';
import type { Claim } from '../../src/queue/claim.ts';
import { until } from '../setup/until.ts';
import { freshOrdering, lineOf } from '../setup/ordering.ts';
import { releaseHeld } from '../setup/release.ts';
import { addDeliveries, addWebhook, holdAll } from '../setup/rows.ts';
import { count, deliveryRow, jobs, takeOver } from '../setup/tables.ts';
import { claimed, freshWorkerQueue } from '../setup/worker-queue.ts';

suite('withdraw', { concurrency: 4 }, () => {
  test('a claim whose webhook is inactive → the delivery is held with the reason, and its job is gone', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker, { active: false });
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = await worker.claimOf(webhook.id, id);
    await worker.commit((tx) =>
      withdraw(tx, worker.queue, [
        { claim, withdrawal: { kind: 'hold', reason: 'webhook_inactive' } },
      ]),
    );
    const row = await deliveryRow(worker.pool, id);
    assert.deepEqual(
      [row?.status, row?.held_reason, row?.held, row?.delivery_attempts],
      ['pending', 'webhook_inactive', true, 0],
    );
    assert.deepEqual(await jobs(worker.pool), []);
  });

  test('a claim that was lost → the delivery stays as it is', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker, { active: false });
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = await worker.claimOf(webhook.id, id);
    await takeOver(worker.pool, claim.jobId);
    await worker.commit((tx) =>
      withdraw(tx, worker.queue, [
        { claim, withdrawal: { kind: 'hold', reason: 'webhook_inactive' } },
      ]),
    );
    assert.equal((await deliveryRow(worker.pool, id))?.held, false);
    assert.equal((await jobs(worker.pool)).length, 1);
  });

  test('a claim before its time → a job at its time', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = await worker.claimOf(webhook.id, id);
    await worker.commit((tx) =>
      withdraw(tx, worker.queue, [{ claim, withdrawal: { kind: 'postpone', delaySeconds: 60 } }]),
    );
    const [job, ...others] = await jobs(worker.pool);
    assert.deepEqual([job?.deliveryId, job?.state, others.length], [id, 'created', 0]);
    assert.ok((job?.waitSeconds ?? 0) > 55 && (job?.waitSeconds ?? 0) <= 60);
  });

  test('a claim with nothing left to send → its job is gone', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = await worker.claimOf(webhook.id, id);
    await worker.commit((tx) => deleteDeliveries(tx, [id]));
    await worker.commit((tx) =>
      withdraw(tx, worker.queue, [{ claim, withdrawal: { kind: 'drop' } }]),
    );
    assert.deepEqual(await jobs(worker.pool), []);
  });
});

suite('withdraw, and not sent', { concurrency: 4 }, () => {
  test('it has had all attempts that its webhook allows now → failed, without another one', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = await worker.claimOf(webhook.id, id);
    const { failed: ended } = await worker.commit((tx) =>
      withdraw(tx, worker.queue, [{ claim, withdrawal: { kind: 'exhaust' } }]),
    );
    const row = await deliveryRow(worker.pool, id);
    assert.deepEqual(
      [row?.status, row?.failed_reason, row?.delivery_attempts],
      ['failed', 'attempts', 0],
    );
    assert.deepEqual(await jobs(worker.pool), []);
    assert.deepEqual(ended, [
      {
        id,
        webhookId: webhook.id,
        reason: 'attempts',
        freedKey: null,
        blockedKey: null,
        traceContext: null,
        test: false,
      },
    ]);
  });

  test('its time ran out → failed as expired, without an attempt', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = await worker.claimOf(webhook.id, id);
    const { failed: ended } = await worker.commit((tx) =>
      withdraw(tx, worker.queue, [{ claim, withdrawal: { kind: 'expire' } }]),
    );
    const row = await deliveryRow(worker.pool, id);
    assert.deepEqual(
      [row?.status, row?.failed_reason, row?.delivery_attempts],
      ['failed', 'expired', 0],
    );
    assert.deepEqual(await jobs(worker.pool), []);
    assert.deepEqual(ended, [
      {
        id,
        webhookId: webhook.id,
        reason: 'expired',
        freedKey: null,
        blockedKey: null,
        traceContext: null,
        test: false,
      },
    ]);
  });

  test('the time of a head ran out → failed, and the next of its key gets its turn', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    await order.accept(webhook, 'k', 'a', 'b');
    const [claim] = await claimed(order.queue, 1);
    assert.ok(claim);
    await order.commit((tx) =>
      withdraw(tx, order.queue, [{ claim, withdrawal: { kind: 'expire' } }]),
    );
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: failed', 'b: pending head job']);
  });

  test('it waited behind another one when it was read, and is the head by now → it is not held for that, so that the rescue finds it', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    const [a, b] = await order.accept(webhook, 'k', 'a', 'b');
    assert.ok(a && b);
    // As a worker of version 2.1 releases it, whatever its reason.
    await order.pool.query(
      'update deliveries set held_reason = null, parked_at = null where id = $1',
      [b.id],
    );
    const claim = await order.claimOf(webhook.id, b.id);
    await order.commit(async (tx) => goOn(tx, order.queue, await deleteDeliveries(tx, [a.id])));
    await order.commit((tx) =>
      withdraw(tx, order.queue, [{ claim, withdrawal: { kind: 'hold', reason: 'ordered' } }]),
    );
    assert.deepEqual(await lineOf(order.pool, 'k'), ['b: pending head']);
  });

  test('its time ran out, and the claim was lost → it stays with its owner', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = await worker.claimOf(webhook.id, id);
    await takeOver(worker.pool, claim.jobId);
    const { failed: ended } = await worker.commit((tx) =>
      withdraw(tx, worker.queue, [{ claim, withdrawal: { kind: 'expire' } }]),
    );
    assert.deepEqual(ended, []);
    assert.equal((await deliveryRow(worker.pool, id))?.status, 'pending');
  });

  test('an isolated send of it is in doubt → a job later that knows of it, and the API tells when', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    const claim = { ...(await worker.claimOf(webhook.id, id)), crashes: 4 };
    await worker.commit((tx) =>
      withdraw(tx, worker.queue, [{ claim, withdrawal: { kind: 'doubt', mark: 'a mark' } }]),
    );
    const { rows } = await worker.pool.query<{ data: unknown; seconds: number; scheduled: number }>(
      `select job.data, extract(epoch from job.start_after - now())::float8 as seconds,
         extract(epoch from deliveries.scheduled_at - now())::float8 as scheduled
       from postmand_queue.job join deliveries on deliveries.id::text = job.singleton_key`,
    );
    assert.deepEqual(
      rows.map(({ data }) => data),
      [{ deliveryId: id, deaths: 4, doubt: 'a mark' }],
    );
    for (const seconds of [rows[0]?.seconds, rows[0]?.scheduled])
      assert.ok(seconds !== undefined && seconds > 20 && seconds <= 30);
  });
});

suite('return', { concurrency: 4 }, () => {
  test('returned claims → claimed by another at once, and those that were lost stay with their owner', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const claims: Claim[] = [];
    for (const id of await addDeliveries(worker, webhook.id, { count: 3 }))
      claims.push(await worker.claimOf(webhook.id, id));
    await takeOver(worker.pool, claims[1]?.jobId ?? '');
    await worker.commit((tx) => worker.queue.return(tx, claims));
    const again = await claimed(worker.queue, 10);
    assert.deepEqual(
      new Set(again.map(({ deliveryId }) => deliveryId)),
      new Set([claims[0]?.deliveryId, claims[2]?.deliveryId]),
    );
    assert.equal(await count(worker.pool, 'postmand_queue.job'), 3);
  });
});

suite('release', { concurrency: 4 }, () => {
  test('held deliveries of an active webhook → all get their job again', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const ids = await addDeliveries(worker, webhook.id, { count: 3 });
    await holdAll(worker, webhook.id);
    await releaseHeld(worker);
    for (const id of ids) {
      const row = await deliveryRow(worker.pool, id);
      assert.deepEqual([row?.held, row?.held_reason, row?.status], [false, null, 'pending']);
    }
    assert.deepEqual(
      (await claimed(worker.queue, 10)).map(({ deliveryId }) => deliveryId).sort(),
      ids.toSorted(),
    );
  });

  test('held deliveries of an inactive webhook → they stay', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker, { active: false });
    const [id = ''] = await addDeliveries(worker, webhook.id);
    await holdAll(worker, webhook.id);
    await releaseHeld(worker);
    assert.equal((await deliveryRow(worker.pool, id))?.held, true);
    assert.deepEqual(await jobs(worker.pool), []);
  });

  test('a held delivery that waits for a retry → its job is not due before', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    await addDeliveries(worker, webhook.id, { overdueSeconds: -60 });
    await holdAll(worker, webhook.id);
    await releaseHeld(worker);
    const [job] = await jobs(worker.pool);
    assert.ok((job?.waitSeconds ?? 0) > 50, JSON.stringify(job));
    assert.deepEqual(await claimed(worker.queue, 10), []);
  });

  test('700 held → every one gets exactly one job, and another webhook is not held up', async (t) => {
    const worker = await freshWorkerQueue(t);
    const [many, one, held] = [
      await addWebhook(worker),
      await addWebhook(worker),
      await addWebhook(worker, { active: false }),
    ];
    await addDeliveries(worker, many.id, { count: 700 });
    await addDeliveries(worker, one.id);
    await addDeliveries(worker, held.id, { count: 5 });
    for (const { id } of [many, one, held]) await holdAll(worker, id);
    await Promise.all([releaseHeld(worker), releaseHeld(worker)]);
    const all = await jobs(worker.pool);
    assert.equal(new Set(all.map(({ deliveryId }) => deliveryId)).size, 701);
    assert.equal(all.length, 701);
    assert.ok(all.every(({ webhookId }) => webhookId !== held.id));
  });

  test('more held than the window of a webhook takes → it is filled, and filled again as jobs end', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const ids = await addDeliveries(worker, webhook.id, { count: 250 });
    await holdAll(worker, webhook.id);
    const released: string[] = [];
    while (released.length < 250) {
      await until('jobs', async () => {
        await releaseHeld(worker, 100);
        return (await count(worker.pool, 'postmand_queue.job')) > 0;
      });
      const some = await jobs(worker.pool);
      assert.ok(some.length <= 100, `${some.length} jobs`);
      released.push(...some.map(({ deliveryId }) => deliveryId));
      await worker.pool.query('delete from postmand_queue.job');
    }
    // The oldest first.
    assert.deepEqual(released.slice(0, 100).toSorted(), ids.slice(0, 100).toSorted());
    assert.deepEqual(released.toSorted(), ids.toSorted());
  });
});
