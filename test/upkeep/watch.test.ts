import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { Queryable } from '../../src/database/pool.ts';
import { whatIsDue, type Due } from '../../src/upkeep/due.ts';
import { startWatch } from '../../src/upkeep/watch.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const LIVE_JOBS = 10;
const NOTHING: Due = {
  release: false,
  census: false,
  purge: false,
  expiry: false,
  secrets: false,
  operations: false,
};

const SECRET = (until: string) => `
  insert into webhook_secrets (id, webhook_id, secret_token, hub, replaced_at, expires_at)
  select gen_random_uuid(), id, 'old', false, now(), ${until} from webhooks`;

const OPERATION = `insert into operations (id, kind, filter, finished_at)
  select gen_random_uuid(), 'redelivery', '{}',`;

const SET = (values: string) => `update deliveries set ${values}`;
const HELD = `parked_at = now(), held_reason = 'backlog'`;
const LATER = `parked_at = now(), held_reason = 'later', scheduled_at = now()`;
const WAKE = 'insert into webhook_states (webhook_id, wake_at) select id, now()';

/** What was done, and which of the tasks is due then. */
const CASES: [state: string, sql: string, due: Partial<Due>][] = [
  ['a delivery that waits for nothing', 'select', {}],
  ['a webhook that is to be looked at', `${WAKE} from webhooks`, { release: true }],
  ['one that is to be looked at later', `${WAKE} + interval '1 minute' from webhooks`, {}],
  ['a delivery whose time is near', SET(`${LATER} + interval '29 seconds'`), { release: true }],
  ['one that is due later', SET(`${LATER} + interval '1 minute'`), {}],
  ['a held delivery that has expired', SET(`${HELD}, expires_at = now()`), { expiry: true }],
  ['one that expires later', SET(`${HELD}, expires_at = now() + interval '1 minute'`), {}],
  ['one that has a job, and has expired', SET('expires_at = now()'), {}],
  ['a secret that has ended', SECRET('now()'), { secrets: true }],
  ['one that ends later', SECRET(`now() + interval '1 minute'`), {}],
  ['an operation', `${OPERATION} null`, { operations: true }],
  ['one that has ended', `${OPERATION} now()`, {}],
  ['a hidden webhook', 'update webhooks set deleted_at = now()', { purge: true }],
];

suite('what is due', { concurrency: 4 }, () => {
  for (const [state, sql, due] of CASES) {
    const found = Object.keys(due).join(', ') || 'nothing';
    test(`${state} → ${found}`, async (t) => {
      const parts = await freshWorkerQueue(t);
      await addDeliveries(parts, (await addWebhook(parts)).id);
      await parts.pool.query(sql);
      assert.deepEqual(await whatIsDue(parts.pool, LIVE_JOBS), { ...NOTHING, ...due });
    });
  }

  test('as many jobs as a window has → nothing; one more → census', async (t) => {
    const parts = await freshWorkerQueue(t);
    await addJobs(parts, LIVE_JOBS);
    assert.deepEqual(await whatIsDue(parts.pool, LIVE_JOBS), NOTHING);
    await addJobs(parts, 1);
    assert.deepEqual(await whatIsDue(parts.pool, LIVE_JOBS), { ...NOTHING, census: true });
  });
});

suite('a watch', { concurrency: 4 }, () => {
  test('something is due → its task runs, and the others do not', async (t) => {
    const parts = await freshWorkerQueue(t);
    const { runs, stop } = watch(parts.pool, silentLog);
    // Each looks for itself when it starts.
    await until('first runs', () => Object.values(runs).every((count) => count === 1));
    await addWebhook(parts);
    await parts.pool.query(`${WAKE} from webhooks`);
    await until('a release', () => runs.release >= 2);
    await stop();
    assert.deepEqual(
      { ...runs, release: 1 },
      { release: 1, census: 1, purge: 1, expiry: 1, secrets: 1, operations: 1 },
    );
  });

  test('it cannot be asked → upkeep.failed, and all of them run', async () => {
    const log = keepingLog();
    const broken = { query: () => Promise.reject(new Error('no')) } as unknown as Queryable;
    const { runs, stop } = watch(broken, log);
    await until('runs', () => Object.values(runs).every((count) => count >= 3));
    await stop();
    const [line] = log.lines;
    assert.deepEqual(line?.fields, { task: 'watch', error: new Error('no') });
  });
});

function watch(db: Queryable, log: typeof silentLog) {
  const runs = { release: 0, census: 0, purge: 0, expiry: 0, secrets: 0, operations: 0 };
  const counted = (task: keyof Due) => ({ work: async () => void (runs[task] += 1) });
  const loops = startWatch(
    { db, liveJobs: LIVE_JOBS, log, turn: { isMine: true } },
    {
      release: counted('release'),
      census: counted('census'),
      purge: counted('purge'),
      expiry: counted('expiry'),
      secrets: counted('secrets'),
      operations: counted('operations'),
    },
  );
  return { runs, stop: () => Promise.all(loops.map((loop) => loop.stop())) };
}

function addJobs({ queue, commit }: WorkerQueue, count: number): Promise<void> {
  const jobs = Array.from({ length: count }, () => {
    return { deliveryId: randomUUID(), webhookId: randomUUID(), delaySeconds: 0 };
  });
  return commit((tx) => queue.enqueue(tx, jobs));
}
