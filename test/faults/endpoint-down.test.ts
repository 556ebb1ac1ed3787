import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { recoveryWindow } from '../../src/webhooks/health/recovery.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { addDeliveries, holdAll } from '../setup/rows.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';

const HELD = sized(1000, 10_000);
const LIVE_JOBS = sized(100, 1000);
const OUTAGE_SECONDS = 3600;

suite('an endpoint that is down for an hour, with many deliveries waiting', () => {
  test('two workers → probes only, one at a time; when it answers, all comes back within its window, and soon at the full rate', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const settings = { POSTMAND_LIVE_JOBS: String(LIVE_JOBS) };
    await startWorkerHere(t, database, { settings });
    await startWorkerHere(t, database, { settings });
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(503).end());
    const webhook = await api.createWebhook({
      ...{ url: receiver.url, on_failing: 'hold', failing_after: { attempts: 1, seconds: 0 } },
      ...{ max_delivery_attempts: 2, retry_min_backoff: 1, retry_max_backoff: 1 },
    });
    await api.createDelivery(webhook.id);
    await until('it is failing', async () => (await stateOf(database.pool)) === 'failing');
    await addDeliveries(database, webhook.id, { count: HELD });
    await holdAll(database, webhook.id, 'endpoint_failing');

    await passTime(database.pool, OUTAGE_SECONDS);
    const attempts = receiver.received.length;
    t.diagnostic(`${attempts} attempts in an hour`);
    assert.ok(attempts <= 25, `${attempts} attempts`);

    let upAt = Infinity;
    let underWay = 0;
    const seen: { seconds: number; underWay: number }[] = [];
    receiver.answerWith((_request, response) => {
      underWay += 1;
      seen.push({ seconds: (performance.now() - upAt) / 1000, underWay });
      setTimeout(() => {
        underWay -= 1;
        // Behind its first success its window grows.
        upAt = Math.min(upAt, performance.now());
        response.end();
      }, 20);
    });
    await passTime(database.pool, Infinity);
    await until('healthy again', async () => (await stateOf(database.pool)) === 'healthy', 15_000);
    const seconds = (performance.now() - upAt) / 1000;
    t.diagnostic(`at the full rate ${seconds.toFixed(1)} s after its first success`);
    assert.ok(seconds <= 15, `${seconds} s`);
    const bursts = seen.filter(
      (one) =>
        one.underWay >
        recoveryWindow({ state: 'recovering', recoveringSeconds: one.seconds }, LIVE_JOBS),
    );
    assert.deepEqual(bursts, []);
    await until('all are delivered', async () => (await pending(database.pool)) === 0, 60_000);
    assert.equal(seen.length, HELD + 1);
  });
});

/** As if the clock ran ahead to each probe, for so many seconds or until it is answered. */
async function passTime(pool: Pool, seconds: number): Promise<void> {
  let passed = 0;
  await until(
    'the time has passed',
    async () => {
      const { rows } = await pool.query<{ skipped: number }>(
        `with before as (
           select extract(epoch from probe_at - now())::float8 as skipped from webhook_states
           where state = 'failing' and probe_delivery_id is null and probe_at > now()
           for update
         )
         update webhook_states set probe_at = now(), wake_at = now()
         from before
         returning skipped`,
      );
      passed += rows[0]?.skipped ?? 0;
      return passed >= seconds || (await stateOf(pool)) !== 'failing';
    },
    60_000,
  );
}

async function stateOf(pool: Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ state: string }>('select state from webhook_states');
  return rows[0]?.state;
}

async function pending(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::integer as n from deliveries where status = 'pending'`,
  );
  return rows[0]?.n ?? 0;
}
