import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { TestDatabase } from '../setup/database.ts';
import { until } from '../setup/until.ts';
import { openLine } from './line.ts';

suite('wake-up', () => {
  test('an idle worker that polls once a minute → a new delivery arrives at once, by notification', async (t) => {
    const line = await openLine(t);
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    await line.startWorker({ POSTMAND_POLLING_INTERVAL: '60000' });
    // The first two cannot have been found by a poll either. The third one meets a worker that has
    // become idle twice.
    for (let i = 1; i <= 3; i += 1) {
      const sentAt = performance.now();
      const { id } = await line.api.createDelivery(webhook.id);
      await line.api.settled(id, 10_000);
      const tookMs = (line.receiver.received.at(-1)?.at ?? Infinity) - sentAt;
      assert.ok(tookMs < 5000, `delivery ${i} arrived after ${tookMs} ms`);
    }
    assert.equal(await listeners(line), 1);
  });

  test('a webhook reactivated, with a worker that polls once a minute → what was held arrives soon', async (t) => {
    const line = await openLine(t);
    const webhook = await line.api.createWebhook({ url: line.receiver.url, active: false });
    const { id } = await line.api.createDelivery(webhook.id);
    await line.startWorker({ POSTMAND_POLLING_INTERVAL: '60000' });
    await line.api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: true });
    assert.equal((await line.api.settled(id, 15_000)).status, 'succeeded');
  });

  test('the connection that listens is cut → new deliveries arrive at once again when it is back', async (t) => {
    const line = await openLine(t);
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    await line.startWorker({ POSTMAND_POLLING_INTERVAL: '60000' });
    const cut = await line.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where ${LISTENING}`,
    );
    assert.equal(cut.rowCount, 1);
    const { id } = await line.api.createDelivery(webhook.id);
    assert.equal((await line.api.settled(id, 15_000)).status, 'succeeded');
    assert.equal(await until('it listens again', () => listeners(line)), 1);
  });

  test('no free connection for LISTEN → deliveries are found by polling', async (t) => {
    const line = await openLine(t);
    const webhook = await line.api.createWebhook({ url: line.receiver.url });
    await line.startWorker({
      POSTMAND_DATABASE_MAX_OPEN_CONNS: '2',
      POSTMAND_POLLING_INTERVAL: '500',
    });
    assert.equal(await listeners(line), 0);
    for (let i = 1; i <= 3; i += 1) {
      const { id } = await line.api.createDelivery(webhook.id);
      assert.equal((await line.api.settled(id, 5000)).status, 'succeeded');
    }
  });
});

const LISTENING = `datname = current_database() and application_name = 'postmand worker listen'`;

async function listeners({ pool }: TestDatabase): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity where ${LISTENING}`,
  );
  return rows[0]?.count ?? 0;
}
