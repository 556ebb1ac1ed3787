import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { ServerResponse } from 'node:http';
import type { WebhookSettings } from '../../src/webhooks/webhook.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { keepingLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { jobs } from '../setup/tables.ts';
import { until } from '../setup/until.ts';

/** Most jobs of a webhook here. */
const LIVE_JOBS = 100;

suite('a paused webhook', { concurrency: 2 }, () => {
  test('1,200 deliveries in the queue and after it → held, and all arrive once after a resume, though workers come and go; never more than the window of jobs', async (t) => {
    const { api, pool, receiver, webhook, startWorker, held } = await open(t);
    await post(600);
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    await post(600);
    const first = await startWorker();
    await until('all are held', async () => (await held()) === 1200);
    assert.deepEqual(await jobs(pool), []);
    await first.stop();

    await api.call('POST', `/webhooks/${webhook.id}/resume`);
    const second = await startWorker();
    await receiver.count(200);
    await second.stop();
    let most = 0;
    await startWorker();
    const haveArrived = async () => {
      most = Math.max(most, (await jobs(pool)).length);
      return new Set(receiver.received.map(({ body }) => body)).size === 1200;
    };
    // With 100 at each look the whole test takes 9 s alone, and 20 s beside three others.
    await until('all have arrived', haveArrived, 60_000);
    assert.equal(await held(), 0);
    // A worker that is told to stop at once gives its sends up, and they are made again.
    assert.ok(receiver.received.length <= 1240, `${receiver.received.length} sends`);
    assert.ok(most <= LIVE_JOBS, `${most} jobs`);

    async function post(count: number): Promise<void> {
      for (let i = 0; i < count; i += 50)
        await Promise.all(
          Array.from({ length: 50 }, (_one, k) =>
            api.createDelivery(webhook.id, `${Math.random()} ${i + k}`),
          ),
        );
    }
  });

  test('the end comes while no worker runs → all arrive when one is there, and the log tells it once', async (t) => {
    const { api, pool, receiver, webhook, startWorker, told, held } = await open(t);
    await api.call('POST', `/webhooks/${webhook.id}/pause`, { until: inMs(3_600_000) });
    for (let i = 0; i < 5; i += 1) await api.createDelivery(webhook.id, `${i}`);
    assert.equal(await held(), 5);
    await endNow(pool, webhook.id);
    await Promise.all([startWorker(), startWorker()]);
    await receiver.count(5);
    await until('the log tells', () => told().length > 0);
    await until('nothing is left to be looked at', async () => (await wakesAt(pool)) === null);
    assert.deepEqual(told(), [['webhook.resumed', { webhook_id: webhook.id, by: 'time' }]]);
    assert.equal(receiver.received.length, 5);
  });

  test('the end comes while a worker runs → all arrive then, and not before', async (t) => {
    const { api, receiver, webhook, startWorker } = await open(t);
    await startWorker();
    const endsAt = Date.now() + 1500;
    await api.call('POST', `/webhooks/${webhook.id}/pause`, { until: inMs(1500) });
    for (let i = 0; i < 5; i += 1) await api.createDelivery(webhook.id, `${i}`);
    const arrivals = await receiver.count(5);
    assert.ok(Date.now() >= endsAt - 5);
    assert.equal(arrivals.length, 5);
  });

  test('paused while a send is under way → the send ends and counts, and what comes is held', async (t) => {
    const { api, pool, receiver, webhook, startWorker } = await open(t);
    let answer: ServerResponse | undefined;
    receiver.answerWith((_request, response) => void (answer = response));
    await startWorker();
    const under = await api.createDelivery(webhook.id, 'under way');
    await receiver.count(1);
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    const next = await api.createDelivery(webhook.id, 'next');
    answer?.end('ok');
    assert.equal((await api.settled(under.id)).status, 'succeeded');
    assert.equal((await api.delivery(next.id)).held_reason, 'endpoint_paused');
    assert.deepEqual(await jobs(pool), []);
  });

  test('a send that was under way fails → its retry is held, with the time that it has', async (t) => {
    const { api, receiver, webhook, startWorker } = await open(t);
    let answer: ServerResponse | undefined;
    receiver.answerWith((_request, response) => void (answer = response));
    await startWorker();
    const { id } = await api.createDelivery(webhook.id, 'under way');
    await receiver.count(1);
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    answer?.writeHead(500).end();
    const held = await until('held', async () => {
      const now = await api.delivery(id);
      return now.held_reason === 'endpoint_paused' && now;
    });
    assert.deepEqual([held.status, held.delivery_attempts], ['pending', 1]);
    receiver.answerWith((_request, response) => response.end());
    await api.call('POST', `/webhooks/${webhook.id}/resume`);
    assert.equal((await api.settled(id)).status, 'succeeded');
  });

  test('deactivated as well → inactive is the reason that counts, then the pause, then it goes', async (t) => {
    const { api, receiver, webhook, startWorker } = await open(t);
    await startWorker();
    const put = (active: boolean) =>
      api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active });
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    const first = await api.createDelivery(webhook.id, 'first');
    await put(false);
    const second = await api.createDelivery(webhook.id, 'second');
    assert.deepEqual(
      [first.held_reason, second.held_reason],
      ['endpoint_paused', 'webhook_inactive'],
    );
    await put(true);
    const third = await api.createDelivery(webhook.id, 'third');
    assert.equal(third.held_reason, 'endpoint_paused');
    await api.call('POST', `/webhooks/${webhook.id}/resume`);
    await receiver.count(3);
    for (const { id } of [first, second, third])
      assert.equal((await api.settled(id)).status, 'succeeded');
  });

  test('failing, paused and inactive, one after the other → the first of the order is the reason, no probe goes out, and in the end all arrives', async (t) => {
    const { api, pool, receiver, webhook, startWorker, held } = await open(t, {
      on_failing: 'hold',
      failing_after: { attempts: 1, seconds: 0 },
    });
    receiver.answerWith((_request, response) => void response.writeHead(500).end());
    await startWorker();
    const reasons: (string | null)[] = [];
    const come = async () => {
      const { id, held_reason } = await api.createDelivery(webhook.id, `${reasons.length}`);
      reasons.push(held_reason);
      return id;
    };
    const put = (active: boolean) =>
      api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active });
    const ids = [await come()];
    await until('it is failing', async () => (await held()) === 1);
    ids.push(await come());
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    ids.push(await come());
    await put(false);
    ids.push(await come());
    // A probe is due.
    await pool.query('update webhook_states set probe_at = now(), wake_at = now()');
    await until('that was looked at', async () => (await wakesAt(pool)) === null);
    assert.equal(receiver.received.length, 1);
    receiver.answerWith((_request, response) => void response.end('ok'));
    await put(true);
    ids.push(await come());
    await until('that was looked at', async () => (await wakesAt(pool)) === null);
    assert.equal(receiver.received.length, 1);
    await api.call('POST', `/webhooks/${webhook.id}/resume`);
    for (const id of ids) assert.equal((await api.settled(id)).status, 'succeeded');
    assert.deepEqual(reasons, [
      null,
      'endpoint_failing',
      'endpoint_failing',
      'webhook_inactive',
      'endpoint_paused',
    ]);
  });
});

/** A webhook of a receiver, with workers that can be ended, and what the log says of pauses. */
async function open(t: TestContext, settings: Partial<WebhookSettings> = {}) {
  const database = await freshDatabase(t);
  const { pool } = database;
  const log = keepingLog();
  const api = await startApi(t, database);
  const receiver = await startReceiver(t);
  const webhook = await api.createWebhook({ url: receiver.url, ...settings });
  return {
    ...{ api, pool, receiver, webhook },
    startWorker: () => stoppable(t, (cleanup) => startWorkerOf(cleanup, database, log)),
    told: () =>
      log.lines.flatMap(({ event, fields }) =>
        event.startsWith('webhook.') ? [[event, fields] as const] : [],
      ),
    async held(): Promise<number> {
      const { rows } = await pool.query<{ n: number }>(
        `select count(*)::integer as n from deliveries where parked_at is not null`,
      );
      return rows[0]?.n ?? 0;
    },
  };
}

async function startWorkerOf(
  cleanup: Cleanup,
  database: TestDatabase,
  log: ReturnType<typeof keepingLog>,
): Promise<void> {
  const settings = { POSTMAND_LIVE_JOBS: String(LIVE_JOBS) };
  await startWorkerHere(cleanup, database, { log, settings });
}

/** Something that ends when it is told to, and at the latest with the test. */
async function stoppable(
  t: Cleanup,
  start: (cleanup: Cleanup) => Promise<void>,
): Promise<{ stop(): Promise<void> }> {
  const ends: (() => unknown)[] = [];
  await start(lastFirst({ after: (end) => void ends.push(end as () => unknown) }));
  let stopped: Promise<void> | undefined;
  const stop = () =>
    (stopped ??= (async () => {
      for (const end of ends) await end();
    })());
  lastFirst(t).after(stop);
  return { stop };
}

/** As if the time had passed. */
async function endNow(pool: TestDatabase['pool'], webhookId: string): Promise<void> {
  await pool.query(
    `update webhook_states set paused_until = now(), wake_at = now() where webhook_id = $1`,
    [webhookId],
  );
}

async function wakesAt(pool: TestDatabase['pool']): Promise<string | null> {
  const { rows } = await pool.query<{ at: string | null }>(
    'select max(wake_at) as at from webhook_states',
  );
  return rows[0]?.at ?? null;
}

function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
