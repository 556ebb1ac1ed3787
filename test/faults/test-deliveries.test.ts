import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { ending, startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { startReceiver, type Receiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { claimed, expire } from './claims.ts';
import { chanceOf, LONG, ROUNDS } from './intensity.ts';

const TIMEOUT = {
  delivery_attempt_timeout: 60,
  honor_retry_after: true,
  on_failing: 'hold',
} as const;

suite('tests of webhooks', { concurrency: 2 }, () => {
  test('SIGKILL of the worker that sends one → another one sends it again; one attempt, and no retry', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(t, () => {});
    const { api } = await startServer(t, database);
    const doomed = await startWorker(t, database);
    const webhook = await api.createWebhook({ url: receiver.url, active: false, ...TIMEOUT });
    const answer = api.call('POST', `/webhooks/${webhook.id}/test`);
    await receiver.count(1);
    await doomed.end('SIGKILL');
    await orphaned(database);
    receiver.answerWith((_request, response) => response.writeHead(503).end());
    await startWorker(t, database);
    const { status, body } = await answer;
    assert.deepEqual(
      [status, body.delivery.status, body.delivery.failed_reason, body.delivery.delivery_attempts],
      [200, 'failed', 'attempts', 1],
    );
    await judge(database, receiver, [body.delivery.id]);
    assert.equal(receiver.received.length, 2);
  });

  test('SIGKILL of the server that waits for one → it is sent and recorded all the same', async (t) => {
    const database = await freshDatabase(t);
    let finish: (() => void) | undefined;
    const receiver = await startReceiver(t, (_request, response) => {
      finish = () => response.end();
    });
    const { api, server } = await startServer(t, database);
    await startWorker(t, database);
    const webhook = await api.createWebhook({ url: receiver.url, ...TIMEOUT });
    const answer = api.call('POST', `/webhooks/${webhook.id}/test`).catch(() => 'cut');
    await receiver.count(1);
    await server.end('SIGKILL');
    finish?.();
    assert.equal(await answer, 'cut');
    const ids = await ended(database, 1);
    await judge(database, receiver, ids);
    assert.equal(receiver.received.length, 1);
  });

  test('SIGTERM of the server that waits for one → 202 at once, and the delivery goes on', async (t) => {
    const database = await freshDatabase(t);
    let finish: (() => void) | undefined;
    const receiver = await startReceiver(t, (_request, response) => {
      finish = () => response.end();
    });
    const grace = { POSTMAND_SHUTDOWN_GRACE_PERIOD: '30' };
    const { api, server } = await startServer(t, database, grace);
    await startWorker(t, database);
    const webhook = await api.createWebhook({ url: receiver.url, ...TIMEOUT });
    const answer = api.call('POST', `/webhooks/${webhook.id}/test`);
    await receiver.count(1);
    server.process.kill('SIGTERM');
    const { status, body } = await answer;
    assert.deepEqual([status, body.delivery.status, body.attempt], [202, 'pending', null]);
    assert.deepEqual(await ending(server), { code: 0, signal: null });
    finish?.();
    await judge(database, receiver, await ended(database, 1));
  });

  test('workers are killed at any moment, and what keeps deliveries is on → each test is sent, and has one attempt', async (t) => {
    const database = await freshDatabase(t);
    const receiver = await startReceiver(t, (_request, response, number) =>
      response.writeHead(number % 2 === 0 ? 503 : 200, { 'Retry-After': '60' }).end(),
    );
    const { api } = await startServer(t, database);
    const webhook = await api.createWebhook({ url: receiver.url, active: false, ...TIMEOUT });
    const chance = chanceOf('killed worker with tests');
    const ids: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const doomed = await startWorker(t, database);
      const answers = Array.from({ length: 8 }, () =>
        api.call('POST', `/webhooks/${webhook.id}/test`, { payload: `round ${round}` }),
      );
      await chance.pause(0, 300);
      await doomed.end('SIGKILL');
      await orphaned(database);
      const next = await startWorker(t, database);
      for (const { status, body } of await Promise.all(answers)) {
        assert.ok(status === 200 || status === 202, JSON.stringify(body));
        ids.push(body.delivery.id);
      }
      await ended(database, ids.length);
      await next.end('SIGTERM');
    }
    await judge(database, receiver, ids);
  });
});

/** What killed workers left behind. In the short form their lease is over at once. */
async function orphaned({ pool }: TestDatabase): Promise<void> {
  if (!LONG) await expire(pool, await claimed(pool));
}

/** Waits until so many tests have ended. @returns their ids. */
function ended({ pool }: TestDatabase, count: number): Promise<string[]> {
  return until(
    `${count} tests have ended`,
    async () => {
      const { rows } = await pool.query<{ id: string }>(
        `select id from deliveries where test and status <> 'pending'`,
      );
      return rows.length === count && rows.map(({ id }) => id);
    },
    60_000,
  );
}

type Row = Pick<
  Delivery,
  'id' | 'status' | 'delivery_attempts' | 'held_reason' | 'failed_reason'
> & {
  rows: number;
};

/**
 * The rules for tests, whatever was killed: each was sent, ended after one attempt, which is
 * recorded once, and left no job; nothing is known of their webhook that was not before.
 */
async function judge({ pool }: TestDatabase, receiver: Receiver, ids: string[]): Promise<void> {
  const { rows } = await pool.query<Row>(
    `select id, status, delivery_attempts, held_reason, failed_reason,
       (select count(*)::integer from delivery_attempts a where a.delivery_id = d.id) as rows
     from deliveries d where test order by id`,
  );
  assert.deepEqual(
    rows.map(({ id }) => id),
    ids.toSorted(),
  );
  for (const row of rows) {
    const { status, delivery_attempts, held_reason, failed_reason } = row;
    assert.deepEqual([delivery_attempts, row.rows, held_reason], [1, 1, null], row.id);
    assert.equal(failed_reason, status === 'failed' ? 'attempts' : null);
  }
  assert.ok(receiver.received.length >= ids.length);
  for (const table of ['webhook_states', 'webhook_permits', 'postmand_queue.job'])
    assert.deepEqual((await pool.query(`select * from ${table}`)).rows, [], table);
}
