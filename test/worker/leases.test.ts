import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Leases } from '../../src/worker/leases.ts';
import { LEASE_SECONDS } from '../../src/queue/heartbeat.ts';
import { changed } from '../setup/changed.ts';
import { lastFirst } from '../setup/last-first.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { claimed, freshWorkerQueue } from '../setup/worker-queue.ts';

test('a claim whose answer came after most of its lease, as in a process that was frozen → given up before it is sent', async (t) => {
  const { pool, queue } = await freshWorkerQueue(t);
  const log = keepingLog();
  const leases = new Leases({ pool, queue, log });
  lastFirst(t).after(() => leases.stop(0));
  const claim = (deliveryId: string) => ({
    jobId: deliveryId,
    generation: '',
    deliveryId,
    webhookId: 'w',
    crashes: 0,
    isNew: false,
  });

  const now = performance.now();
  const [late] = leases.add([claim('late')], now - LEASE_SECONDS * 960);
  const [fresh] = leases.add([claim('fresh')], now);

  assert.deepEqual([late?.abort.signal.aborted, fresh?.abort.signal.aborted], [true, false]);
  assert.deepEqual(
    log.lines.map(({ event, fields }) => [event, fields['delivery_ids']]),
    [['lease.lost', ['late']]],
  );
});

test('the database says nothing any more → claims are given up before their leases are over', async (t) => {
  const { pool, queue, claimOf } = await freshWorkerQueue(t);
  const keepAlive: typeof queue.keepAlive = () => new Promise(() => {});
  const leases = new Leases({ pool, queue: changed(queue, { keepAlive }), log: silentLog });
  lastFirst(t).after(() => leases.stop(0));
  const leftMs = 1800;
  const askedAt = performance.now() - LEASE_SECONDS * 1000 + leftMs;
  const [one] = leases.add([await claimOf(randomUUID(), randomUUID())], askedAt);
  assert.equal(one?.abort.signal.aborted, false);
  // Timers of one process run in the order of their times, however busy the machine is.
  await new Promise((resolve) =>
    setTimeout(resolve, askedAt + LEASE_SECONDS * 1000 - performance.now()),
  );
  assert.equal(one.abort.signal.aborted, true);
});

test('claims that the database did not take back → not extended, and returned as soon as it does', async (t) => {
  const { pool, queue, claimOf } = await freshWorkerQueue(t);
  const log = keepingLog();
  let broken = true;
  const returning: typeof queue.return = (...all) =>
    broken ? Promise.reject(new Error('no')) : queue.return(...all);
  const leases = new Leases({ pool, queue: changed(queue, { return: returning }), log });
  lastFirst(t).after(() => leases.stop(0));
  const claim = await claimOf(randomUUID(), randomUUID());
  const leased = leases.add([claim], performance.now());
  await leases.return(leased);
  assert.deepEqual(leases.all(), []);
  assert.deepEqual(
    log.lines.map(({ event }) => event),
    ['claim.hand_back_failed'],
  );
  assert.deepEqual(await claimed(queue, 1), []);
  broken = false;
  const again = await until('claimed by another', async () => (await claimed(queue, 1))[0]);
  assert.deepEqual([again.jobId, again.crashes], [claim.jobId, 0]);
});

test('told to stop while the database takes nothing back → it tries until it does, or its time is over', async (t) => {
  const { pool, queue, claimOf } = await freshWorkerQueue(t);
  let tries = 0;
  const returning: typeof queue.return = (...all) =>
    (tries += 1) < 3 ? Promise.reject(new Error('no')) : queue.return(...all);
  const leases = new Leases({ pool, queue: changed(queue, { return: returning }), log: silentLog });
  await leases.return(leases.add([await claimOf(randomUUID(), randomUUID())], performance.now()));
  await leases.stop(20_000);
  assert.equal((await claimed(queue, 1)).length, 1);

  let answer: () => void = () => {};
  const silent = new Leases({
    pool,
    queue: changed(queue, { return: () => new Promise((resolve) => (answer = resolve)) }),
    log: silentLog,
  });
  const returned = silent.return(
    silent.add([await claimOf(randomUUID(), randomUUID())], performance.now()),
  );
  const toldAt = performance.now();
  await silent.stop(100);
  const tookMs = performance.now() - toldAt;
  assert.ok(tookMs >= 95 && tookMs < 10_000, `${tookMs} ms`);
  answer();
  await returned;
});
