import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { countBacklog } from '../../src/deliveries/pending.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { keepQueueSmall } from '../../src/upkeep/census.ts';
import { Outbox } from '../../src/upkeep/outbox.ts';
import { releaseDue } from '../../src/upkeep/release.ts';
import { silentLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

/** A window of 100: half of it is for redeliveries. */
const LIVE_JOBS = 100;

suite('deliveries that an operation has redelivered', { concurrency: 4 }, () => {
  test('taken in → they have no job and a reason that no client is told, and their webhook is looked at, with nothing new held for them', async (t) => {
    const many = await redeliverMany(t, 120);
    assert.deepEqual(await many.held(), { redelivery: 120 });
    assert.deepEqual(await many.jobs(), []);
    assert.deepEqual(await many.state(), { over_window: false, is_due: true });
    // They are pending, and not late.
    await many.pool.query(`update deliveries set scheduled_at = now() - interval '1 hour'`);
    const { pending, oldestDueSeconds } = await countBacklog(many.pool);
    assert.deepEqual([pending, oldestDueSeconds], [120, 0]);
  });

  test('a look → jobs for half of the window, of a lower priority than those of others; the rest at later looks, when there is room', async (t) => {
    const many = await redeliverMany(t, 120);
    await many.look();
    assert.deepEqual(await many.jobs(), [{ priority: -2, count: 50 }]);
    assert.deepEqual(await many.held(), { redelivery: 70 });
    assert.deepEqual(await many.state(), { over_window: false, is_due: false });
    await many.look();
    assert.deepEqual(await many.jobs(), [{ priority: -2, count: 50 }]);
    for (const count of [50, 20]) {
      await many.pool.query('delete from postmand_queue.job');
      await many.look();
      assert.deepEqual(await many.jobs(), [{ priority: -2, count }]);
    }
    assert.deepEqual(await many.held(), {});
  });

  test('others wait as well → they go first, and redeliveries have what is left of half of the window', async (t) => {
    const many = await redeliverMany(t, 60);
    await addDeliveries(many, many.webhookId, { count: 30 });
    await many.pool.query(
      `update deliveries set held_reason = 'backlog', parked_at = now()
       where held_reason is null and status = 'pending'`,
    );
    await many.look();
    assert.deepEqual(await many.jobs(), [
      { priority: -2, count: 20 },
      { priority: 0, count: 30 },
    ]);
  });

  test('redelivered while their webhook is paused → held for that, and behind the others when it goes on', async (t) => {
    const many = await redeliverMany(t, 60, async ({ pool, webhookId }) => {
      await pool.query(
        `insert into webhook_states (webhook_id, paused_until) values ($1, 'infinity')`,
        [webhookId],
      );
    });
    assert.deepEqual(await many.held(), { endpoint_paused: 60 });
    await many.pool.query(`update webhook_states set paused_until = null`);
    for (let look = 0; look < 3; look += 1) await many.look();
    assert.deepEqual(await many.held(), { redelivery: 10 });
    assert.deepEqual(await many.jobs(), [{ priority: -2, count: 50 }]);
    assert.equal((await many.state())?.over_window, false);
  });

  test('the queue has far too many jobs → redeliveries leave it first, and wait as redeliveries', async (t) => {
    const many = await redeliverMany(t, 50);
    await many.look();
    const others = await addDeliveries(many, many.webhookId, { count: 40 });
    await many.commit((tx) =>
      many.queue.enqueue(
        tx,
        others.map((deliveryId) => ({ deliveryId, webhookId: many.webhookId, delaySeconds: 0 })),
      ),
    );
    await keepQueueSmall(many.pool, 40);
    assert.deepEqual(await many.jobs(), [{ priority: 0, count: 40 }]);
    assert.deepEqual(await many.held(), { redelivery: 50 });
  });

  test('their webhook is failing, and nothing else waits → one of them is the probe', async (t) => {
    const many = await redeliverMany(t, 5);
    await many.pool.query(
      `update webhooks set on_failing = 'hold';
       update webhook_states set state = 'failing', failing_since = now()`,
    );
    await many.look();
    assert.deepEqual(await many.jobs(), [{ priority: 0, count: 1 }]);
    assert.deepEqual(await many.held(), { redelivery: 4 });
  });
});

type Before = { pool: Awaited<ReturnType<typeof freshWorkerQueue>>['pool']; webhookId: string };

/** So many deliveries of a webhook that failed are redelivered by an operation, and taken in. */
async function redeliverMany(t: Cleanup, count: number, before?: (of: Before) => Promise<void>) {
  const worker = await freshWorkerQueue(t);
  const { pool, queue, commit } = worker;
  const { id: webhookId } = await addWebhook(worker);
  const ids = await addDeliveries(worker, webhookId, { count });
  await pool.query(`update deliveries set status = 'failed'`);
  await before?.({ pool, webhookId });
  await commit((tx) => makePending(tx, ids, randomUUID()));
  await new Outbox({ pool, look: pool, queue, liveJobs: LIVE_JOBS, log: silentLog }).round();
  return {
    ...worker,
    webhookId,
    async look() {
      await pool.query('update webhook_states set wake_at = now()');
      await releaseDue({ pool, queue, liveJobs: LIVE_JOBS, log: silentLog });
    },
    async held() {
      const { rows } = await pool.query<{ reason: string; count: number }>(
        `select held_reason as reason, count(*)::integer from deliveries
         where parked_at is not null group by 1 order by 1`,
      );
      return Object.fromEntries(rows.map((row) => [row.reason, row.count]));
    },
    async jobs() {
      const { rows } = await pool.query<{ priority: number; count: number }>(
        `select priority, count(*)::integer from postmand_queue.job
         where name = 'deliveries' group by 1 order by 1`,
      );
      return rows;
    },
    async state() {
      const { rows } = await pool.query<{ over_window: boolean; is_due: boolean }>(
        'select over_window, wake_at <= now() as is_due from webhook_states',
      );
      return rows[0];
    },
  };
}
