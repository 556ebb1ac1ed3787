import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FIRST_KEY, findHeadless } from '../../src/deliveries/order/headless.ts';
import { createOrderRepair } from '../../src/upkeep/order.ts';
import { addBlockingWebhook, freshOrdering, lineOf, type Ordering } from '../setup/ordering.ts';
import { keepingLog } from '../setup/parts.ts';
import { addWebhook } from '../setup/rows.ts';

suite('the repair of ordering keys', { concurrency: 4 }, () => {
  test('deliveries wait and their key has no head → the next one is promoted, and it is told', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order);
    await order.accept(webhook, 'k', 'a', 'b', 'c');
    await order.accept(webhook, 'l', 'd', 'e');
    await order.pool.query(`delete from deliveries where payload = 'a'`);
    await order.accept(webhook, 'k', 'f');
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'b: pending ordered',
      'c: pending ordered',
      'f: pending ordered',
    ]);
    assert.deepEqual(await repair(order), [['order.keys_repaired', { keys: 1 }]]);
    assert.deepEqual(await lineOf(order.pool, 'k'), [
      'b: pending head job',
      'c: pending ordered',
      'f: pending ordered',
    ]);
    assert.deepEqual(await repair(order), []);
  });

  test('a head that was settled by a process that knows no order → its key goes on', async (t) => {
    const order = await freshOrdering(t);
    await order.accept(await addWebhook(order), 'k', 'a', 'b');
    await order.pool.query(`update deliveries set status = 'succeeded' where payload = 'a'`);
    assert.deepEqual(await repair(order), [['order.heads_freed', { keys: 1 }]]);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: succeeded job', 'b: pending head job']);
  });

  test('a blocked key → left alone, until its webhook says continue', async (t) => {
    const order = await freshOrdering(t);
    await order.accept(await addBlockingWebhook(order), 'k', 'a', 'b');
    await order.end(500);
    assert.deepEqual(await repair(order), []);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: failed head', 'b: pending ordered']);
    await order.pool.query(`update webhooks set ordering_on_failure = 'continue'`);
    await repair(order);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: failed', 'b: pending head job']);
  });

  test('more blocked keys than a step frees, and their webhook says continue → all go on in one round', async (t) => {
    const order = await freshOrdering(t);
    const { id: webhookId } = await addBlockingWebhook(order);
    const drafts = Array.from({ length: 1200 }, (_one, i) => ({
      webhookId,
      payload: `${i}`,
      orderingKey: `key ${i}`,
    }));
    await order.acceptor.accept(drafts);
    await order.pool.query(`update deliveries set status = 'failed'`);
    await order.acceptor.accept(drafts);
    await order.pool.query(`update webhooks set ordering_on_failure = 'continue'`);
    assert.deepEqual(await repair(order), [
      ['order.heads_freed', { keys: 1000 }],
      ['order.heads_freed', { keys: 200 }],
    ]);
    const { rows } = await order.pool.query(
      `select status, is_head, count(*)::integer from deliveries group by 1, 2 order by 1`,
    );
    assert.deepEqual(rows, [
      { status: 'failed', is_head: false, count: 1200 },
      { status: 'pending', is_head: true, count: 1200 },
    ]);
  });

  test('more keys than a step looks at → the search goes on where it ended, and misses none', async (t) => {
    const { pool, ...order } = await freshOrdering(t);
    const webhook = await addWebhook({ pool });
    const drafts = Array.from({ length: 50 }, (_one, i) => ({
      webhookId: webhook.id,
      payload: `${i}`,
      orderingKey: `key ${i % 25}`,
    }));
    await order.acceptor.accept(drafts);
    await pool.query(`update deliveries set is_head = false where ordering_key like 'key 1%'`);
    const found: string[] = [];
    let after: typeof FIRST_KEY | undefined = FIRST_KEY;
    let steps = 0;
    while (after !== undefined) {
      const { keys, next }: Awaited<ReturnType<typeof findHeadless>> = await findHeadless(
        pool,
        after,
        4,
      );
      found.push(...keys.map(({ key }) => key));
      after = next;
      steps += 1;
    }
    assert.deepEqual(
      [steps, found.toSorted()],
      [7, [1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19].map((i) => `key ${i}`).toSorted()],
    );
  });
});

/** @returns what it logged. */
async function repair({ pool, queue }: Ordering): Promise<[event: string, fields: unknown][]> {
  const log = keepingLog();
  const step = createOrderRepair({ pool, queue, log });
  while ((await step()) === 'more');
  return log.lines.map(({ event, fields }) => [event, fields]);
}
