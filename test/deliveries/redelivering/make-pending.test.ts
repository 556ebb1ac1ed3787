import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { KeyNotBlocked, skipBlocked } from '../../../src/deliveries/order/blocked.ts';
import { makePending } from '../../../src/deliveries/redelivering/make-pending.ts';
import { Outbox } from '../../../src/upkeep/outbox.ts';
import { silentLog } from '../../setup/parts.ts';
import { addBlockingWebhook, freshOrdering, lineOf, type Ordering } from '../../setup/ordering.ts';
import { LIVE_JOBS } from '../../setup/release.ts';
import { addWebhook } from '../../setup/rows.ts';
import { claimed } from '../../setup/worker-queue.ts';

const ONCE = { max_delivery_attempts: 1 };

suite('a redelivered delivery', { concurrency: 4 }, () => {
  test('without a key → it has a job as soon as it is taken in, all its attempts, and its numbers go on', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, { max_delivery_attempts: 2 });
    const [one] = await order.accept(webhook, undefined, 'a');
    assert.ok(one);
    await endAll(order, 500, 500);
    assert.deepEqual(await rowOf(order, one.id), ['failed', 2, 2, null]);
    await again(order, one.id);
    assert.deepEqual(await rowOf(order, one.id), ['pending', 2, 0, null]);
    // The first of its new attempts has the delay of a first one.
    const [settled] = await order.end(500);
    const { verdict, attempt } = settled ?? {};
    assert.deepEqual([attempt, verdict], [3, { kind: 'retry', delaySeconds: 1 }]);
    await endAll(order, 500);
    assert.deepEqual(await rowOf(order, one.id), ['failed', 4, 2, null]);
  });

  test('of a key that has gone on → at its end, with a new sequence', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, ONCE);
    const [a] = await order.accept(webhook, 'k', 'a', 'b', 'c');
    await order.end(500);
    await again(order, a?.id ?? '');
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'b: pending head job',
      'c: pending ordered',
      'a: pending ordered',
    ]);
    await endAll(order, 200, 200);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'b: succeeded',
      'c: succeeded',
      'a: pending head job',
    ]);
  });

  test('several of a key at once, in any order → they keep their order among themselves', async (t) => {
    const order = await freshOrdering(t);
    const all = await order.accept(await addWebhook(order, ONCE), 'k', 'a', 'b', 'c', 'd');
    await endAll(order, 500, 500, 500);
    await again(
      order,
      ...all
        .slice(0, 3)
        .map(({ id }) => id)
        .toReversed(),
    );
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'd: pending head job',
      'a: pending ordered',
      'b: pending ordered',
      'c: pending ordered',
    ]);
  });

  test('the head that blocks its key → it has its place again and goes first, and the key cannot be skipped meanwhile', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addBlockingWebhook(order);
    const [a] = await order.accept(webhook, 'k', 'a', 'b');
    await order.end(500);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: failed head', 'b: pending ordered']);
    await makeAgain(order, a?.id ?? '');
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head outbox',
      'b: pending ordered',
    ]);
    // What comes meanwhile comes behind both.
    await order.accept(webhook, 'k', 'c');
    const key = { webhookId: webhook.id, key: 'k' };
    await assert.rejects(
      order.commit((tx) => skipBlocked(tx, order.queue, key)),
      KeyNotBlocked,
    );
    await takeIn(order);
    const line = ['b: pending ordered', 'c: pending ordered'];
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: pending head job', ...line]);
    await order.end(200);
    const [, ...others] = line;
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: succeeded',
      'b: pending head job',
      ...others,
    ]);
  });

  test('the head that blocks its key, of a webhook that is paused → held for that, still the head', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addBlockingWebhook(order);
    const [a] = await order.accept(webhook, 'k', 'a', 'b');
    await order.end(500);
    await order.pool.query(
      `update webhook_states set paused_until = 'infinity' where webhook_id = $1`,
      [webhook.id],
    );
    await again(order, a?.id ?? '');
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'a: pending head endpoint_paused',
      'b: pending ordered',
    ]);
  });

  test('of its times: one that has passed counts no more, one that is ahead stays, and its age begins anew', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, { ...ONCE, max_delivery_age: 60 });
    const [over, ahead] = await order.accept(webhook, undefined, 'over', 'ahead');
    await endAll(order, 500, 500);
    await order.pool.query(
      `update deliveries set created_at = now() - interval '1 day',
         expires_at = now() + case payload when 'over' then -1 else 1 end * interval '1 hour'`,
    );
    await again(order, over?.id ?? '', ahead?.id ?? '');
    const { rows } = await order.pool.query(
      `select payload, expires_at > now() as expires from deliveries order by payload`,
    );
    assert.deepEqual(rows, [
      { payload: 'ahead', expires: true },
      { payload: 'over', expires: null },
    ]);
    const [settled] = await order.end(200);
    assert.ok((settled?.ageSeconds ?? Infinity) < 60);
  });

  test('one that ended as poison → its job knows of crashes enough to be isolated', async (t) => {
    const order = await freshOrdering(t);
    const [one] = await order.accept(await addWebhook(order, ONCE), undefined, 'a');
    await order.end(500);
    await order.pool.query(`update deliveries set failed_reason = 'poison'`);
    await again(order, one?.id ?? '');
    const [claim] = await claimed(order.queue, 1);
    assert.equal(claim?.crashes, 3);
  });

  test('of many: pending ones, tests, and those without a payload are left alone', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    const all = await order.accept(webhook, undefined, 'failed', 'pending', 'test', 'removed');
    await order.pool.query(
      `update deliveries set test = payload = 'test',
         status = case when payload = 'pending' then 'pending' else 'failed' end,
         payload_removed_at = case when payload = 'removed' then now() end`,
    );
    const ids = all.map(({ id }) => id);
    const operation = randomUUID();
    const made = await order.commit((tx) => makePending(tx, ids, operation));
    assert.deepEqual(made, [ids[0]]);
    assert.deepEqual(await order.commit((tx) => makePending(tx, ids, operation)), []);
  });
});

/** The attempts come one after the other, however long the retries would wait. */
async function endAll(order: Ordering, ...answers: number[]): Promise<void> {
  for (const status of answers) {
    await order.pool.query(`update postmand_queue.job set start_after = now()`);
    await order.end(status);
  }
}

const makeAgain = (order: Ordering, ...ids: string[]) =>
  order.commit((tx) => makePending(tx, ids, null));

async function takeIn({ pool, queue }: Ordering): Promise<void> {
  await new Outbox({ pool, look: pool, queue, liveJobs: LIVE_JOBS, log: silentLog }).round();
}

async function again(order: Ordering, ...ids: string[]): Promise<void> {
  await makeAgain(order, ...ids);
  await takeIn(order);
}

async function rowOf({ pool }: Ordering, id: string) {
  const { rows } = await pool.query(
    `select status, delivery_attempts as attempts,
       delivery_attempts - unbudgeted_attempts as used, held_reason as reason
     from deliveries where id = $1`,
    [id],
  );
  return Object.values(rows[0] as object);
}
