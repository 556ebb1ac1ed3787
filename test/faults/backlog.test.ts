import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { openQueue } from '../../src/queue/delivery-queue.ts';
import { silentLog } from '../setup/parts.ts';
import { addDeliveryRows } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { after } from './receiver-log.ts';
import { openScene, webhookApart } from './scene.ts';
import { startTraffic, type Post } from './traffic.ts';

const BACKLOG = sized(3000, 100_000);

/** Together they may have most of a worker's 100 slots, but not all. */
const ENDPOINTS = [1, 2, 3];

test('thousands of deliveries due at once after an outage → they are delivered, and new ones for other webhooks do not wait for them', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const answer = () => after(sized(100, 20), 200);
  const webhooks = await Promise.all(
    ENDPOINTS.map((n) => webhookApart(scene, `/backlog/${n}`, answer, 'succeeded')),
  );
  const behind = webhooks.map(({ id }) => id);
  const traffic = startTraffic(t, scene, { callers: 4, pauseMs: sized(30, 100) });
  traffic.posts.push(...(await putBacklog(pool, behind)));

  const since = new Date();
  await scene.worker();
  const before = traffic.posts.length;
  await traffic.accepted(50);
  // Retries and slow answers take their time without any backlog.
  const quick = new Set(
    scene.webhooks.filter(({ url }) => /steady|calm/.test(url)).map(({ id }) => id),
  );
  const fresh = traffic.posts
    .slice(before)
    .flatMap(({ deliveryId, webhookId }) =>
      deliveryId && quick.has(webhookId) ? [deliveryId] : [],
    );
  await until(
    'new deliveries are settled',
    async () => (await pendingOf('id', fresh)) === 0,
    120_000,
  );
  const left = await pendingOf('webhook_id', behind);
  assert.ok(left > 0, 'they did not wait for the whole backlog');
  t.diagnostic(
    `${fresh.length} new deliveries were settled while ${left} of ${BACKLOG} were still waiting`,
  );

  await until(
    'the backlog has drained',
    async () => (await pendingOf('webhook_id', behind)) === 0,
    sized(120_000, 900_000),
  );
  await judge(t, scene, { traffic, since });

  async function pendingOf(column: 'id' | 'webhook_id', ids: string[]): Promise<number> {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::integer as n from deliveries where status = 'pending' and ${column} = any ($1)`,
      [ids],
    );
    return rows[0]?.n ?? 0;
  }
});

/** Accepted while nobody could deliver them: rows and jobs as they are then, all due now. */
async function putBacklog(pool: Pool, webhookIds: string[]): Promise<Post[]> {
  const queue = await openQueue(pool, silentLog);
  const posts: Post[] = Array.from({ length: BACKLOG }, (_one, n) => ({
    id: `backlog ${n}`,
    payload: JSON.stringify({ id: `backlog ${n}` }),
    webhookId: webhookIds[n % webhookIds.length] ?? '',
    at: performance.now(),
    outcome: 'accepted',
    deliveryId: randomUUID(),
  }));
  for (let at = 0; at < posts.length; at += 5000) {
    const some = posts.slice(at, at + 5000);
    await inTransaction(pool, async (tx) => {
      await addDeliveryRows(
        tx,
        some.map(({ deliveryId = '', webhookId, payload }) => ({
          id: deliveryId,
          webhookId,
          payload,
        })),
      );
      await queue.enqueue(
        tx,
        some.map(({ deliveryId = '', webhookId }) => ({ deliveryId, webhookId, delaySeconds: 0 })),
      );
    });
  }
  await queue.close();
  return posts;
}
