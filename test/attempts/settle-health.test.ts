import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import {
  attemptedWith,
  requestOf,
  type Attempted,
  type RecordedExchange,
} from '../../src/attempts/deliver.ts';
import { settle } from '../../src/attempts/settle.ts';
import type { HealthChange } from '../../src/webhooks/health/health-store.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { insertDeliveries } from '../../src/deliveries/accepting/insert-deliveries.ts';
import type { WebhookSettings } from '../../src/webhooks/webhook.ts';
import { lockWebhook } from '../../src/webhooks/webhook-store.ts';
import { findOne } from '../setup/found.ts';
import { NO_KEYS } from '../setup/parts.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { deliveryRow, jobs } from '../setup/tables.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';
import { EVENT_SOURCE } from '../setup/settings.ts';

const HOLD: Partial<WebhookSettings> = {
  on_failing: 'hold',
  failing_after: { attempts: 1, seconds: 0 },
};

suite('what attempts tell of their webhook', { concurrency: 4 }, () => {
  test('a first success → noted; another one within a minute → nothing is written', async (t) => {
    const line = await openLine(t);
    await line.settle(await line.attempt(200), await line.attempt(200));
    const { last_success_at, ...state } = await line.state();
    assert.ok(last_success_at);
    assert.deepEqual([state['state'], state['consecutive_failures']], ['healthy', 0]);
    const before = await line.version();
    await line.settle(await line.attempt(200));
    assert.equal(await line.version(), before);
  });

  test('failures → counted; a success → none any more', async (t) => {
    const line = await openLine(t);
    await line.settle(await line.attempt(500), await line.attempt(0));
    const { consecutive_failures, failures_since, last_failure_at } = await line.state();
    assert.deepEqual([consecutive_failures, failures_since], [2, last_failure_at]);
    await line.settle(await line.attempt(200));
    const after = await line.state();
    assert.deepEqual([after['consecutive_failures'], after['failures_since']], [0, null]);
  });

  test('it is failing, and its deliveries are to be held → this very delivery is, and it is probed in 10 s', async (t) => {
    const line = await openLine(t, HOLD);
    const attempt = await line.attempt(500);
    const { changes } = await line.settle(attempt);
    assert.deepEqual(told(changes), [
      { webhookId: line.webhookId, kind: 'failing', held: true, again: false },
    ]);
    const row = await deliveryRow(line.pool, attempt.delivery.id);
    assert.deepEqual([row?.status, row?.held_reason], ['pending', 'endpoint_failing']);
    assert.deepEqual(await jobs(line.pool), []);
    const { rows } = await line.pool.query(
      `select state, probe_pause, extract(epoch from probe_at - failing_since)::float8 as pause,
         wake_at = probe_at as looked from webhook_states`,
    );
    assert.deepEqual(rows, [{ state: 'failing', probe_pause: 10, pause: 10, looked: true }]);
  });

  test('it is failing, and its deliveries are to be retried → a retry as ever, and the state stays healthy', async (t) => {
    const line = await openLine(t, { ...HOLD, on_failing: 'retry' });
    const { changes } = await line.settle(await line.attempt(500));
    assert.deepEqual(told(changes), [
      { webhookId: line.webhookId, kind: 'failing', held: false, again: false },
    ]);
    assert.equal((await jobs(line.pool)).length, 1);
    const { state, failing_since } = await line.state();
    assert.equal(state, 'healthy');
    assert.ok(failing_since);
  });

  test('a probe fails, and no attempt is left → recorded as a probe that costs nothing, and its delivery is held again', async (t) => {
    const line = await openLine(t, { ...HOLD, max_delivery_attempts: 1 });
    const { settled } = await line.settle(await line.probe(500));
    assert.deepEqual(
      settled.map(({ row, verdict }) => [row.probe, verdict.kind]),
      [[true, 'retry']],
    );
    const { rows } = await line.pool.query(
      `select status, held_reason, delivery_attempts, unbudgeted_attempts,
         scheduled_at <= now() as due
       from deliveries`,
    );
    assert.deepEqual(rows, [
      {
        ...{ status: 'pending', held_reason: 'endpoint_failing', due: true },
        ...{ delivery_attempts: 1, unbudgeted_attempts: 1 },
      },
    ]);
    const { probe_delivery_id, probe_pause } = await line.state();
    assert.deepEqual([probe_delivery_id, probe_pause], [null, 20]);
  });

  test('a probe succeeds → its delivery succeeded, and what comes for a webhook that recovers is its backlog', async (t) => {
    const line = await openLine(t, HOLD);
    const probe = await line.probe(200);
    const { changes } = await line.settle(probe);
    assert.deepEqual(told(changes), [{ webhookId: line.webhookId, kind: 'recovering' }]);
    assert.equal((await deliveryRow(line.pool, probe.delivery.id))?.status, 'succeeded');
    const { state, over_window, probe_delivery_id } = await line.state();
    assert.deepEqual([state, over_window, probe_delivery_id], ['recovering', true, null]);
    const draft = { id: randomUUID(), webhookId: line.webhookId, payload: 'new' };
    await line.commit((tx) => insertDeliveries(tx, [draft], { wait: true, gated: true }));
    assert.equal((await deliveryRow(line.pool, draft.id))?.held_reason, 'backlog');
  });

  test('nothing but failures for longer than it may → inactive with its reason, and its deliveries are held, none failed', async (t) => {
    const line = await openLine(t, { deactivate_after: 3600 });
    await line.settle(await line.attempt(500));
    await line.pool.query(
      `update webhook_states set consecutive_failures = 9, failures_since = now() - interval '1 hour'`,
    );
    const attempt = await line.attempt(500);
    const { changes } = await line.settle(attempt);
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['failing', 'deactivated'],
    );
    const { rows } = await line.pool.query(
      'select active, deactivated_reason, deactivated_at is not null as dated from webhooks',
    );
    assert.deepEqual(rows, [{ active: false, deactivated_reason: 'failing', dated: true }]);
    const row = await deliveryRow(line.pool, attempt.delivery.id);
    assert.deepEqual([row?.status, row?.held_reason], ['pending', 'webhook_inactive']);
  });

  test('it is to be deactivated while its owner changes it → nobody waits, and the next failure does it', async (t) => {
    const line = await openLine(t, { deactivate_after: 3600 });
    await line.settle(await line.attempt(500));
    await line.pool.query(
      `update webhook_states
       set consecutive_failures = 9, failures_since = now() - interval '1 hour',
         failing_since = now()`,
    );
    const early = await line.attempt(500);
    await line.commit(async (tx) => {
      await lockWebhook({ tx, vault: NO_KEYS }, line.webhookId);
      assert.deepEqual((await line.settle(early)).changes, []);
    });
    const { changes } = await line.settle(await line.attempt(500));
    assert.deepEqual(told(changes), [{ webhookId: line.webhookId, kind: 'deactivated' }]);
  });

  test('a process that died on a delivery → nothing is said of its webhook', async (t) => {
    const line = await openLine(t, HOLD);
    const attempt = await line.attempt(500);
    await line.settle({
      ...attempt,
      exchange: { kind: 'failure', reason: 'crashed', message: 'gone', durationMs: 1 },
    });
    assert.deepEqual(await line.state(), {});
  });

  test('a rollback → nothing is noted', async (t) => {
    const line = await openLine(t, HOLD);
    const attempt = await line.attempt(500);
    const rolledBack = line.commit(async (tx) => {
      assert.equal((await settle(tx, line.queue, [attempt])).changes.length, 1);
      throw new Error('no');
    });
    await assert.rejects(rolledBack, /no/);
    assert.deepEqual(await line.state(), {});
  });

  test('two workers settle attempts of the same webhooks at once, in opposite orders → every failure is counted once', async (t) => {
    const line = await openLine(t);
    const other = await addWebhook(line, { max_delivery_attempts: 50 });
    const attempts: Attempted[][] = [];
    for (let round = 0; round < 30; round += 1)
      attempts.push([await line.attempt(500), await line.attempt(500, other.id)]);
    const batches = attempts.map((pair, i) => (i % 2 === 0 ? pair : pair.toReversed()));
    await Promise.all(batches.map((batch) => line.settle(...batch)));
    const { rows } = await line.pool.query(
      'select state, consecutive_failures from webhook_states',
    );
    const counted = { state: 'healthy', consecutive_failures: 30 };
    assert.deepEqual(rows, [counted, counted]);
  });
});

async function openLine(t: TestContext, settings: Partial<WebhookSettings> = {}) {
  const worker = await freshWorkerQueue(t);
  const { id: webhookId } = await addWebhook(worker, { max_delivery_attempts: 50, ...settings });
  const attempt = async (status: number, id = webhookId) => {
    const [deliveryId = ''] = await addDeliveries(worker, id);
    return attempted(worker, id, { deliveryId, status });
  };
  async function probe(status: number): Promise<Attempted> {
    const [deliveryId = ''] = await addDeliveries(worker, webhookId);
    await worker.pool.query(
      `insert into webhook_states (webhook_id, state, consecutive_failures, failures_since,
         failing_since, probe_at, probe_pause, probe_delivery_id)
       values ($1, 'failing', 5, now(), now(), now(), 10, $2)`,
      [webhookId, deliveryId],
    );
    return attempted(worker, webhookId, { deliveryId, status });
  }
  async function state(): Promise<Record<string, unknown>> {
    const { rows } = await worker.pool.query<Record<string, unknown>>(
      'select * from webhook_states where webhook_id = $1',
      [webhookId],
    );
    return rows[0] ?? {};
  }
  async function version(): Promise<string | undefined> {
    const { rows } = await worker.pool.query<{ xmin: string }>('select xmin from webhook_states');
    return rows[0]?.xmin;
  }
  const settleAll = (...attempts: Attempted[]) =>
    inTransaction(worker.pool, (tx) => settle(tx, worker.queue, attempts));
  return { ...worker, webhookId, attempt, probe, state, version, settle: settleAll };
}

/** Changes without the health that they left behind. */
function told(changes: HealthChange[]): object[] {
  return changes.map((change) => {
    const { health: _health, ...rest } = { health: undefined, ...change };
    return rest;
  });
}

/** An attempt as if it had been answered so; 0: it was refused. */
async function attempted(
  { pool, claimOf }: WorkerQueue,
  webhookId: string,
  { deliveryId, status }: { deliveryId: string; status: number },
): Promise<Attempted> {
  const claim = await claimOf(webhookId, deliveryId);
  const found = await findOne(pool, deliveryId);
  assert.ok(found);
  const { webhook, state } = found;
  const delivery = { ...found.delivery, payload: found.delivery.payload ?? '' };
  const assignment = { claim, delivery, webhook, state, readAt: performance.now() };
  const head = { httpVersion: '1.1', status, reason: '', rawHeaders: [] };
  const body = { body: Buffer.from(''), bodyCut: false, durationMs: 4 };
  const exchange: RecordedExchange =
    status === 0
      ? { kind: 'failure', reason: 'refused', message: 'refused', durationMs: 3 }
      : { kind: 'response', ...head, ...body };
  return attemptedWith(assignment, requestOf(assignment, EVENT_SOURCE), {
    exchange,
    random: Math.random,
  });
}
