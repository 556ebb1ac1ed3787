import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { settle } from '../../src/attempts/settle.ts';
import { deleteDeliveries } from '../../src/deliveries/delivery-store.ts';
import { goOn } from '../../src/deliveries/order/promote.ts';
import { withdraw } from '../../src/deliveries/withdraw.ts';
import { addBlockingWebhook, freshOrdering, lineOf, type Ordering } from '../setup/ordering.ts';
import { addWebhook } from '../setup/rows.ts';
import { releaseHeld } from '../setup/release.ts';
import { claimed } from '../setup/worker-queue.ts';

const ONCE = { max_delivery_attempts: 1 };

suite('the end of the head of an ordering key', { concurrency: 4 }, () => {
  test('a success → the next one is the head and has a job', async (t) => {
    const order = await freshOrdering(t);
    await order.accept(await addWebhook(order), 'k', 'a', 'b', 'c');
    await order.end(200);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: succeeded',
      'b: pending head job',
      'c: pending ordered',
    ]);
    await order.end(200);
    await order.end(200);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: succeeded',
      'b: succeeded',
      'c: succeeded',
    ]);
    assert.deepEqual(await claimed(order.queue, 10), []);
  });

  test('a retry → it stays the head, and the key waits', async (t) => {
    const order = await freshOrdering(t);
    await order.accept(await addWebhook(order), 'k', 'a', 'b');
    await order.end(500);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job', 'b: pending ordered']);
    assert.deepEqual(await claimed(order.queue, 10), []);
  });

  test('a retry that is due much later → held for that, still the head', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, { retry_min_backoff: 3600, retry_max_backoff: 3600 });
    await order.accept(webhook, 'k', 'a', 'b');
    await order.end(500);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head later',
      'b: pending ordered',
    ]);
  });

  test('a final failure, the webhook says continue → the next one goes', async (t) => {
    const order = await freshOrdering(t);
    await order.accept(await addWebhook(order, ONCE), 'k', 'a', 'b');
    await order.end(500);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: failed', 'b: pending head job']);
  });

  test('a final failure, the webhook says block → the key stops, also for what comes', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addBlockingWebhook(order);
    await order.accept(webhook, 'k', 'a', 'b');
    await order.end(500);
    const [c] = await order.accept(webhook, 'k', 'c');
    assert.equal(c?.held_reason, 'ordered');
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: failed head',
      'b: pending ordered',
      'c: pending ordered',
    ]);
  });

  test('it had all its attempts before it was claimed → as after a final failure', async (t) => {
    for (const [addTo, then] of [
      [(order: Ordering) => addWebhook(order), ['a: failed', 'b: pending head job']],
      [addBlockingWebhook, ['a: failed head', 'b: pending ordered']],
    ] as const) {
      const order = await freshOrdering(t);
      await order.accept(await addTo(order), 'k', 'a', 'b');
      const [claim] = await claimed(order.queue, 1);
      assert.ok(claim);
      const exhausted = [{ claim, withdrawal: { kind: 'exhaust' } } as const];
      await order.commit((tx) => withdraw(tx, order.queue, exhausted));
      assert.deepEqual(await lineOf(order.pool, 'k'), then);
    }
  });

  test('it is deleted, waiting or blocking → the next one goes', async (t) => {
    const order = await freshOrdering(t);
    const blocking = await addBlockingWebhook(order);
    const [a] = await order.accept(blocking, 'k', 'a', 'b', 'c');
    await order.end(500);
    await remove(order, a?.id);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['b: pending head job', 'c: pending ordered']);
    await remove(order, await headOf(order));
    assert.deepEqual(await lineOf(order.pool, 'k'), ['c: pending head job']);
  });

  test('one that waits is deleted → nothing changes for the others', async (t) => {
    const order = await freshOrdering(t);
    const [, b] = await order.accept(await addWebhook(order), 'k', 'a', 'b', 'c');
    await remove(order, b?.id);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job', 'c: pending ordered']);
    await order.end(200);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: succeeded', 'c: pending head job']);
  });

  test('the transaction does not commit → everything is as it was', async (t) => {
    const order = await freshOrdering(t);
    await order.accept(await addWebhook(order), 'k', 'a', 'b');
    const attempt = await order.claimAttempt(200);
    const dying = order.commit(async (tx) => {
      await settle(tx, order.queue, [attempt]);
      await tx.query('select pg_terminate_backend(pg_backend_pid())');
    });
    await assert.rejects(dying);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job', 'b: pending ordered']);
    await order.commit((tx) => settle(tx, order.queue, [attempt]));
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: succeeded', 'b: pending head job']);
  });

  test('ends, deletions and new deliveries of a few keys at once → always one head where something waits', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, ONCE);
    const keys = ['k', 'l', 'm'];
    const accepted: string[] = [];
    let left = keys.length;
    const accepting = keys.map(async (key) => {
      for (let i = 0; i < 60; i += 1) {
        for (const { id } of await order.accept(webhook, key, `${i}`)) accepted.push(id);
        const some = accepted[Math.floor(Math.random() * accepted.length * 2)];
        await remove(order, some);
      }
      left -= 1;
    });
    const ending = async () => {
      while (left > 0 || (await claimable(order))) {
        const attempt = await order.claimAttempt(Math.random() < 0.5 ? 200 : 500).catch(() => {});
        if (attempt) await order.commit((tx) => settle(tx, order.queue, [attempt]));
      }
    };
    await Promise.all([...accepting, ending(), ending()]);
    await ending();
    for (const key of keys)
      assert.deepEqual(
        (await lineOf(order.pool, key)).filter((words) => /pending|head/.test(words)),
        [],
      );
  });

  test('deliveries of an inactive webhook → one head, and in their order when it is active again', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, { active: false });
    const [a] = await order.accept(webhook, 'k', 'a', 'b', 'c');
    assert.equal(a?.held_reason, 'webhook_inactive');
    await remove(order, a?.id);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'b: pending head webhook_inactive',
      'c: pending webhook_inactive',
    ]);
    await order.pool.query('update webhooks set active = true');
    await releaseHeld(order);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['b: pending head job', 'c: pending ordered']);
    await order.end(200);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['b: succeeded', 'c: pending head job']);
  });
});

async function remove({ commit, queue }: Ordering, id: string | undefined): Promise<void> {
  if (id === undefined) return;
  await commit(async (tx) => goOn(tx, queue, await deleteDeliveries(tx, [id])));
}

async function headOf({ pool }: Ordering): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string }>('select id from deliveries where is_head');
  return rows[0]?.id;
}

async function claimable({ pool }: Ordering): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from postmand_queue.job where state = 'created' limit 1`,
  );
  return rowCount === 1;
}
