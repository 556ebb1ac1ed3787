import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import type { Queryable } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { GatedWebhooks } from '../../src/deliveries/gated-webhooks.ts';
import { pauseWebhook } from '../../src/webhooks/health/pause.ts';
import { flagOverWindow } from '../../src/webhooks/wake.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { addWebhook } from '../setup/rows.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { jobs } from '../setup/tables.ts';
import { until } from '../setup/until.ts';

suite('what a server knows of webhooks that hold', { concurrency: 4 }, () => {
  test('never read → any webhook may hold', () => {
    assert.equal(new GatedWebhooks().mayHold([randomUUID()]), true);
  });

  for (const [what, change, then] of [
    ['a success was noted', `last_success_at = now()`, false],
    ['failing, but not held', `failing_since = now(), consecutive_failures = 9`, false],
    ['a pause that is over', `paused_until = now() - interval '1 second'`, false],
    ['a pause until a time', `paused_until = now() + interval '1 hour'`, true],
    ['a pause without end', `paused_until = 'infinity'`, true],
    ['over its window', 'over_window = true', true],
    ['failing and held', `state = 'failing'`, true],
    ['recovering', `state = 'recovering'`, true],
  ] as const)
    test(`${what} → ${then ? 'it may hold' : 'it holds nothing'}`, async (t) => {
      const { pool, ids } = await open(t);
      await pool.query(`insert into webhook_states (webhook_id) select unnest($1::uuid[])`, [ids]);
      await pool.query(`update webhook_states set ${change} where webhook_id = $1`, [ids[0]]);
      const gated = new GatedWebhooks();
      await gated.refresh(pool);
      assert.deepEqual(
        [gated.mayHold(ids), gated.mayHold([ids[0].toUpperCase()]), gated.mayHold([ids[1]])],
        [then, then, false],
      );
    });

  test('another process changes it → known with the next reading', async (t) => {
    const { pool, ids } = await open(t);
    const gated = new GatedWebhooks();
    await gated.refresh(pool);
    assert.equal(gated.mayHold(ids), false);
    await inTransaction(pool, (tx) => flagOverWindow(tx, [ids[0]]));
    assert.equal(gated.mayHold(ids), false);
    await gated.refresh(pool);
    assert.deepEqual([gated.mayHold(ids), gated.mayHold([ids[1]])], [true, false]);
  });

  test('told while it reads → known, until a reading that began later finds otherwise', async (t) => {
    const { pool, ids } = await open(t);
    const clock = { now: 0 };
    const gated = new GatedWebhooks(() => clock.now);
    const telling = {
      query: async (text: string, values: unknown[]) => {
        const result = await pool.query(text, values);
        gated.tell(ids[0]);
        return result;
      },
    };
    await gated.refresh(telling as unknown as Queryable);
    assert.equal(gated.mayHold([ids[0]]), true);
    clock.now = 1;
    await gated.refresh(pool);
    assert.equal(gated.mayHold([ids[0]]), false);
  });

  test('not read for some seconds → any webhook may hold', async (t) => {
    const { pool, ids } = await open(t);
    const clock = { now: 0 };
    const gated = new GatedWebhooks(() => clock.now);
    await gated.refresh(pool);
    assert.equal(gated.mayHold(ids), false);
    clock.now = 3000;
    assert.equal(gated.mayHold(ids), false);
    clock.now = 3001;
    assert.equal(gated.mayHold(ids), true);
  });

  test('asked after a rest → any webhook may hold, unless it was read just now', async (t) => {
    const { pool, ids } = await open(t);
    const clock = { now: 0 };
    const gated = new GatedWebhooks(() => clock.now);
    await gated.refresh(pool);
    clock.now = 500;
    assert.equal(gated.mayHold(ids), false);
    clock.now = 20_000;
    await gated.refresh(pool);
    clock.now = 20_501;
    assert.equal(gated.mayHold(ids), true);
    assert.equal(gated.mayHold(ids), false);
  });

  test('more than it keeps → any webhook may hold', async (t) => {
    const { pool, ids } = await open(t, 502);
    const gated = new GatedWebhooks();
    await inTransaction(pool, (tx) => flagOverWindow(tx, ids.slice(1, 501)));
    await gated.refresh(pool);
    assert.equal(gated.mayHold([ids[0]]), false);
    await inTransaction(pool, (tx) => flagOverWindow(tx, ids.slice(1)));
    await gated.refresh(pool);
    assert.equal(gated.mayHold([ids[0]]), true);
  });
});

suite('a server that knows which webhooks hold', { concurrency: 4 }, () => {
  test('it pauses a webhook itself → what comes next is held', async (t) => {
    const database = await freshDatabase(t);
    const gated = new GatedWebhooks();
    const api = await startApi(t, database, { gated });
    const { id } = await api.createWebhook({});
    await gated.refresh(database.pool);
    await api.call('POST', `/webhooks/${id}/pause`);
    assert.equal((await api.createDelivery(id)).held_reason, 'endpoint_paused');
    assert.deepEqual(await jobs(database.pool), []);
  });

  test('inactive → held, though no state says so', async (t) => {
    const database = await freshDatabase(t);
    const gated = new GatedWebhooks();
    const api = await startApi(t, database, { gated });
    const { id } = await api.createWebhook({ active: false });
    await gated.refresh(database.pool);
    assert.equal((await api.createDelivery(id)).held_reason, 'webhook_inactive');
  });

  test('another server pauses a webhook → a delivery gets a job, is held when that is claimed, and arrives after the pause', async (t) => {
    const database = await freshDatabase(t);
    const { pool } = database;
    const receiver = await startReceiver(t);
    const gated = new GatedWebhooks();
    const api = await startApi(t, database, { gated });
    const { id } = await api.createWebhook({ url: receiver.url });
    gated.asking.note();
    await gated.refresh(pool);
    await inTransaction(pool, (tx) => pauseWebhook(tx, id, null));
    const delivery = await api.createDelivery(id, 'slipped through');
    assert.equal(delivery.held_reason, null);
    assert.equal((await jobs(pool)).length, 1);

    await startWorkerHere(t, database);
    await until('held when it is claimed', async () => {
      return (await api.delivery(delivery.id)).held_reason === 'endpoint_paused';
    });
    assert.deepEqual([await jobs(pool), receiver.received], [[], []]);
    await api.call('POST', `/webhooks/${id}/resume`);
    assert.equal((await api.settled(delivery.id, 15_000)).status, 'succeeded');
    assert.deepEqual(
      receiver.received.map(({ body }) => body),
      ['slipped through'],
    );
  });
});

type Opened = TestDatabase & { ids: [string, string, ...string[]] };

async function open(t: TestContext, webhooks = 2): Promise<Opened> {
  const database = await freshDatabase(t);
  const ids: string[] = [];
  for (let i = 0; i < webhooks; i += 1) ids.push((await addWebhook(database)).id);
  return { ...database, ids: ids as Opened['ids'] };
}
