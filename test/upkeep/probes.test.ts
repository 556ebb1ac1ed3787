import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { decide } from '../../src/worker/admission.ts';
import { releaseDue, repairWakes } from '../../src/upkeep/release.ts';
import { resetState } from '../../src/webhooks/health/reset-state.ts';
import { findOne } from '../setup/found.ts';
import { keepingLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook, holdAll } from '../setup/rows.ts';
import { deliveryRow, jobs } from '../setup/tables.ts';
import { claimed, freshWorkerQueue } from '../setup/worker-queue.ts';

suite('probes of a failing webhook', { concurrency: 4 }, () => {
  test('its time has come → the delivery with the fewest attempts, and the oldest of those, is tried at once', async (t) => {
    const line = await openLine(t, { count: 4 });
    const [first = '', second = '', third = ''] = line.ids;
    await line.pool.query(
      `update deliveries set delivery_attempts = case id when $1 then 2 else 1 end,
         scheduled_at = scheduled_at + case id when $2 then interval '1 hour' else '0' end`,
      [first, second],
    );
    await line.look();
    assert.deepEqual(await line.out(), [third]);
    const [claim] = await claimed(line.queue, 10);
    assert.ok(claim);
    const found = await findOne(line.pool, third);
    assert.equal(decide(claim, found).kind, 'send');
    assert.equal((await deliveryRow(line.pool, second))?.held_reason, 'endpoint_failing');
  });

  test('only deliveries that are due later are held for it → the first of them is tried now', async (t) => {
    const line = await openLine(t, { overdueSeconds: -200 });
    await line.look();
    assert.deepEqual(await line.out(), line.ids);
    assert.ok(((await deliveryRow(line.pool, line.ids[0] ?? ''))?.waitSeconds ?? 1) <= 0);
  });

  test('a delivery that waits behind another one of its key → it is no probe', async (t) => {
    const line = await openLine(t, { count: 3 });
    const [, , third = ''] = line.ids;
    await line.pool.query(
      `update deliveries set ordering_key = 'k', is_head = id = $1, sequence = 1`,
      [third],
    );
    await line.look();
    assert.deepEqual(await line.out(), [third]);
  });

  test('deliveries whose client wants them later → no probe before that time', async (t) => {
    const line = await openLine(t, { count: 2 });
    const [first = '', second = ''] = line.ids;
    await line.pool.query(
      `update deliveries set send_at = now() + case when id = $1 then interval '1 h' else '-1 h' end`,
      [first],
    );
    await line.look();
    assert.deepEqual(await line.out(), [second]);
    await line.pool.query('delete from deliveries where id = $1', [second]);
    for (const reason of ['endpoint_failing', 'endpoint_paused']) {
      await line.pool.query('update deliveries set held_reason = $1', [reason]);
      await line.pool.query('update webhook_states set probe_at = now()');
      await line.look();
      assert.deepEqual(await line.out(), [second]);
    }
  });

  test('workers that look at once → one probe', async (t) => {
    const line = await openLine(t, { count: 20 });
    await Promise.all(Array.from({ length: 8 }, () => line.look()));
    assert.equal((await line.out()).length, 1);
  });

  test('its time has not come → none', async (t) => {
    const line = await openLine(t);
    await line.pool.query(`update webhook_states set probe_at = now() + interval '40 seconds'`);
    await line.look();
    assert.deepEqual(await line.out(), []);
    assert.equal(await line.nextLook(), 40);
  });

  test('one is out → no other one, however long it takes', async (t) => {
    const line = await openLine(t, { count: 2 });
    await line.look();
    const out = await line.out();
    await line.look();
    await claimed(line.queue, 10);
    await line.look();
    assert.deepEqual(await line.out(), out);
    assert.equal(await line.nextLook(), 5);
  });

  for (const [what, sql] of [
    ['deleted', 'delete from deliveries where id = $1'],
    ['final', `update deliveries set status = 'failed' where id = $1`],
    [
      'held for another reason',
      `update deliveries set parked_at = now(), held_reason = 'endpoint_paused' where id = $1`,
    ],
  ] as const)
    test(`the delivery that is out is ${what} → another one is tried`, async (t) => {
      const line = await openLine(t, { count: 2 });
      const [first = '', second = ''] = line.ids;
      await line.look();
      await claimed(line.queue, 10);
      await line.pool.query(sql, [first]);
      await line.pool.query('delete from postmand_queue.job');
      await line.look();
      assert.deepEqual(await line.out(), [second]);
    });

  test('the worker that sends it is killed → its job is claimed again, as the probe that it is', async (t) => {
    const line = await openLine(t);
    await line.look();
    await claimed(line.queue, 10);
    await line.pool.query(
      `update postmand_queue.job set state = 'retry', retry_count = retry_count + 1`,
    );
    const [again] = await claimed(line.queue, 10);
    assert.ok(again);
    const found = await findOne(line.pool, again.deliveryId);
    assert.equal(decide(again, found).kind, 'send');
  });

  test('nothing is held → the next look comes after twice the pause', async (t) => {
    const line = await openLine(t, { count: 0 });
    await line.look();
    assert.equal(await line.nextLook(), 20);
  });

  test('all is held for a pause that is over → the oldest is tried', async (t) => {
    const line = await openLine(t, { count: 2 });
    await holdAll(line, line.webhookId, 'endpoint_paused');
    await line.look();
    assert.deepEqual(await line.out(), line.ids.slice(0, 1));
  });

  test('it is paused → none before the pause ends', async (t) => {
    const line = await openLine(t);
    await line.pool.query(`update webhook_states set paused_until = now() + interval '70 seconds'`);
    await line.look();
    assert.deepEqual([await line.out(), await line.nextLook()], [[], 70]);
  });

  test('it is inactive → none', async (t) => {
    const line = await openLine(t);
    await line.pool.query('update webhooks set active = false');
    await line.look();
    assert.deepEqual([await line.out(), await line.nextLook()], [[], null]);
  });

  test('its owner asks for retries while a probe is out → all are released', async (t) => {
    const line = await openLine(t, { count: 5 });
    await line.look();
    await line.pool.query(`update webhooks set on_failing = 'retry'`);
    await line.commit((tx) => resetState(tx, line.webhookId));
    await line.look();
    assert.deepEqual((await line.out()).toSorted(), line.ids.toSorted());
  });

  test('it became failing at the moment when its owner asked for retries → all are released', async (t) => {
    const line = await openLine(t, { count: 5 });
    await line.pool.query(`update webhooks set on_failing = 'retry'`);
    await line.pool.query(`update webhook_states set wake_at = now() + interval '300 seconds'`);
    await repairWakes(line.pool);
    await line.release();
    assert.deepEqual((await line.out()).toSorted(), line.ids.toSorted());
  });

  test('nobody is going to look at it → the repair does', async (t) => {
    const line = await openLine(t);
    await line.pool.query('update webhook_states set wake_at = null');
    await line.release();
    assert.deepEqual(await line.out(), []);
    await repairWakes(line.pool);
    await line.release();
    assert.deepEqual(await line.out(), line.ids);
  });
});

suite('a webhook that recovers', { concurrency: 4 }, () => {
  for (const seconds of [0, 2])
    test(`after ${seconds} s, workers that look at once → as many jobs in all as its window has room for`, async (t) => {
      const line = await openLine(t, { count: 20 });
      await line.recover(seconds);
      await Promise.all(Array.from({ length: 8 }, () => line.release()));
      const { length } = await line.out();
      // The window grows while they look.
      const { rows } = await line.pool.query<{ since: number }>(
        `select extract(epoch from now() - recovering_since)::float8 as since from webhook_states`,
      );
      const most = 2 ** Math.floor(rows[0]?.since ?? 0);
      assert.ok(length >= 2 ** seconds && length <= most, `${length} jobs of ${most}`);
      assert.deepEqual(line.log.lines, []);
    });

  test('its window is as large as it can be → healthy, with all of its jobs, and the log tells it once', async (t) => {
    const line = await openLine(t, { count: 20 });
    await line.recover(11);
    await line.look();
    await line.look();
    const { rows } = await line.pool.query(
      'select state, failing_since, recovering_since, probe_pause from webhook_states',
    );
    const none = { failing_since: null, recovering_since: null, probe_pause: null };
    assert.deepEqual(rows, [{ state: 'healthy', ...none }]);
    assert.equal((await line.out()).length, 20);
    assert.deepEqual(line.log.lines, [
      { level: 'info', event: 'webhook.recovered', fields: { webhook_id: line.webhookId } },
    ]);
  });
});

/** A failing webhook with held deliveries, whose probe is due. */
async function openLine(t: TestContext, held: { count?: number; overdueSeconds?: number } = {}) {
  const worker = await freshWorkerQueue(t);
  const log = keepingLog();
  const { id: webhookId } = await addWebhook(worker, { on_failing: 'hold' });
  const ids = await addDeliveries(worker, webhookId, { overdueSeconds: 60, ...held });
  await holdAll(worker, webhookId, 'endpoint_failing');
  await worker.pool.query(
    `insert into webhook_states (webhook_id, state, consecutive_failures, failures_since,
       failing_since, probe_at, probe_pause, wake_at)
     values ($1, 'failing', 5, now() - interval '1 minute', now(), now(), 10, now())`,
    [webhookId],
  );
  const release = () => releaseDue({ ...worker, log, liveJobs: 1000 });
  async function look(): Promise<void> {
    await worker.pool.query('update webhook_states set wake_at = now()');
    await release();
  }
  async function nextLook(): Promise<number | null> {
    const { rows } = await worker.pool.query<{ seconds: number | null }>(
      `select ceil(extract(epoch from wake_at - now()))::float8 as seconds from webhook_states`,
    );
    return rows[0]?.seconds ?? null;
  }
  const out = async () => (await jobs(worker.pool)).map(({ deliveryId }) => deliveryId);
  async function recover(seconds: number): Promise<void> {
    await worker.pool.query(
      `update webhook_states
       set state = 'recovering', over_window = true, probe_at = null, wake_at = now(),
         recovering_since = now() - make_interval(secs => $1::float8)`,
      [seconds],
    );
  }
  return { ...worker, log, webhookId, ids, release, look, nextLook, out, recover };
}
