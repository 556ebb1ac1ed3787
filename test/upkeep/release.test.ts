import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { nextLook, roomForRedeliveries, roomOf } from '../../src/upkeep/next-look.ts';
import { releaseDue } from '../../src/upkeep/release.ts';
import {
  flagOverWindow,
  wakeWebhooks,
  type DueState,
  type NextLook,
} from '../../src/webhooks/wake.ts';
import { releaseHeld } from '../setup/release.ts';
import { changed } from '../setup/changed.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { addDeliveries, addWebhook, addWebhookRows, holdAll } from '../setup/rows.ts';
import { deliveryRow, jobs } from '../setup/tables.ts';
import { until } from '../setup/until.ts';
import { freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

const HEALTHY: DueState = {
  active: true,
  state: 'healthy',
  over_window: false,
  holds: true,
  recoveringSeconds: null,
  pausedSeconds: 0,
};
const RECOVERING: DueState = { ...HEALTHY, state: 'recovering', recoveringSeconds: 3.9 };
const OVER = { ...HEALTHY, over_window: true };

const ROOMS: [when: string, state: DueState, near: number, then: number][] = [
  ['nothing is in the queue', HEALTHY, 0, 500],
  ['there is room for a few', HEALTHY, 990, 10],
  ['its window is full', HEALTHY, 1000, 0],
  ['it has more than its window', HEALTHY, 1500, 0],
  ['it is inactive', { ...HEALTHY, active: false }, 0, 0],
  ['it is failing', { ...HEALTHY, state: 'failing' }, 0, 0],
  ['it is paused', { ...HEALTHY, pausedSeconds: 5 }, 0, 0],
  ['it is paused without end', { ...HEALTHY, pausedSeconds: null }, 0, 0],
];

for (const [when, state, near, then] of ROOMS)
  test(`${when} → ${then} may be released in this step`, () => {
    assert.equal(roomOf(state, { live: { total: near, near }, liveJobs: 1000 }), then);
  });

const HALVES: [when: string, live: [total: number, near: number], then: number][] = [
  ['nothing is in the queue', [0, 0], 500],
  ['half of its window is full', [500, 500], 0],
  ['less than half of it is full', [430, 420], 80],
  ['others are due later', [990, 10], 10],
  ['it has more than its window', [1500, 10], 0],
];

for (const [when, [total, near], then] of HALVES)
  test(`${when} → ${then} of those redelivered with many others may be released`, () => {
    const window = { live: { total, near }, liveJobs: 1000 };
    assert.equal(roomForRedeliveries(HEALTHY, window), then);
    assert.equal(roomForRedeliveries({ ...HEALTHY, pausedSeconds: 1 }, window), 0);
  });

test('a window of one → one that was redelivered with many others may be released', () => {
  assert.equal(roomForRedeliveries(HEALTHY, { live: { total: 0, near: 0 }, liveJobs: 1 }), 1);
});

type Step = {
  room: number;
  seen: number;
  freed?: number;
  left: boolean;
  redeliveries?: 'waiting' | 'last';
};
const LOOKS: [when: string, state: DueState, step: Step, then: NextLook][] = [
  [
    'nothing is left',
    HEALTHY,
    { room: 500, seen: 3, left: false },
    { overWindow: false, wakeSeconds: null },
  ],
  [
    'nothing is left of a backlog',
    OVER,
    { room: 500, seen: 3, left: false },
    { overWindow: false, wakeSeconds: 2 },
  ],
  [
    'a whole step was taken, and some are left',
    HEALTHY,
    { room: 500, seen: 500, left: true },
    { overWindow: true, wakeSeconds: 0 },
  ],
  [
    'some that were looked at wait for another reason now, and some are left',
    OVER,
    { room: 50, seen: 50, freed: 49, left: true },
    { overWindow: true, wakeSeconds: 0 },
  ],
  [
    'the window is full, and some are left',
    HEALTHY,
    { room: 0, seen: 0, left: true },
    { overWindow: true, wakeSeconds: 1 },
  ],
  [
    'less than a tenth of the window was free, and some are left',
    OVER,
    { room: 99, seen: 99, left: true },
    { overWindow: true, wakeSeconds: 1 },
  ],
  [
    'a tenth of the window was free, and some are left',
    OVER,
    { room: 100, seen: 100, left: true },
    { overWindow: true, wakeSeconds: 0.2 },
  ],
  [
    'nothing but redeliveries is left',
    OVER,
    { room: 500, seen: 3, left: false, redeliveries: 'waiting' },
    { overWindow: false, wakeSeconds: 0.2 },
  ],
  [
    'the last redeliveries were released',
    HEALTHY,
    { room: 500, seen: 0, left: false, redeliveries: 'last' },
    { overWindow: false, wakeSeconds: 2 },
  ],
  [
    'it is recovering, and nothing is left',
    RECOVERING,
    { room: 8, seen: 3, left: false },
    { overWindow: true, wakeSeconds: 0.2 },
  ],
  [
    'it is failing, and paused',
    { ...OVER, state: 'failing', pausedSeconds: 7 },
    { room: 0, seen: 0, left: true },
    { overWindow: true, wakeSeconds: 7 },
  ],
  [
    'the pause goes on',
    { ...OVER, pausedSeconds: 7 },
    { room: 0, seen: 0, left: true },
    { overWindow: true, wakeSeconds: 7 },
  ],
  [
    'the pause has no end',
    { ...HEALTHY, pausedSeconds: null },
    { room: 0, seen: 0, left: true },
    { overWindow: false, wakeSeconds: null },
  ],
  [
    'the webhook is inactive',
    { ...HEALTHY, active: false },
    { room: 0, seen: 0, left: true },
    { overWindow: false, wakeSeconds: null },
  ],
];

for (const [when, state, step, then] of LOOKS)
  test(`${when} → the next look ${then.wakeSeconds === null ? 'comes with a change' : `after ${then.wakeSeconds} s`}`, () => {
    assert.deepEqual(nextLook(state, { freed: step.seen, ...step, window: 1000 }), then);
  });

suite('release', { concurrency: 4 }, () => {
  test('due in more than its lead → it stays later; near its time → a job for that time, and its client sees no change', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const [far = ''] = await addDeliveries(worker, webhook.id, { overdueSeconds: -600 });
    const [near = ''] = await addDeliveries(worker, webhook.id, { overdueSeconds: -20 });
    await holdAll(worker, webhook.id, 'later');
    const before = await updatedAt(worker, near);
    await releaseDue({ ...worker, log: silentLog, liveJobs: 1000 });
    assert.equal((await deliveryRow(worker.pool, far))?.held_reason, 'later');
    const [job, ...others] = await jobs(worker.pool);
    assert.deepEqual([job?.deliveryId, others], [near, []]);
    assert.ok(Math.abs((job?.waitSeconds ?? 0) - 20) < 5, JSON.stringify(job));
    assert.equal(await updatedAt(worker, near), before);
  });

  test('near its time, but its webhook is inactive by now → held for that', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker, { active: false });
    const [id = ''] = await addDeliveries(worker, webhook.id);
    await holdAll(worker, webhook.id, 'later');
    await releaseDue({ ...worker, log: silentLog, liveJobs: 1000 });
    assert.equal((await deliveryRow(worker.pool, id))?.held_reason, 'webhook_inactive');
    assert.deepEqual(await jobs(worker.pool), []);
  });

  test('held with claims that ran out → its next job knows of them', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    await addDeliveries(worker, webhook.id);
    await holdAll(worker, webhook.id);
    await worker.pool.query('update deliveries set crashes = 4');
    await releaseHeld(worker);
    const { rows } = await worker.pool.query(
      `select data->'deaths' as crashes from postmand_queue.job`,
    );
    assert.deepEqual(rows, [{ crashes: 4 }]);
  });

  test('held for reasons of several kinds → the oldest first, whatever the reason', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker);
    const ids = await addDeliveries(worker, webhook.id, { count: 40, overdueSeconds: 60 });
    await worker.pool.query(
      `update deliveries set parked_at = now(), held_reason =
         case (substring(payload from '[0-9]+'))::integer % 4 when 0 then 'webhook_inactive'
           when 1 then 'backlog' when 2 then 'endpoint_paused' else 'imported' end`,
    );
    await releaseHeld(worker, 10);
    const released = (await jobs(worker.pool)).map(({ deliveryId }) => deliveryId);
    assert.deepEqual(released.toSorted(), ids.slice(0, 10).toSorted());
  });

  test('many of a small window wait behind the head of their key → those behind them have its room at once', async (t) => {
    const worker = await freshWorkerQueue(t);
    const webhook = await addWebhook(worker, { max_concurrency: 1 });
    const [head = '', ...others] = await addDeliveries(worker, webhook.id, { count: 202 });
    await holdAll(worker, webhook.id);
    await worker.pool.query(
      `update deliveries set ordering_key = 'k', is_head = id = $1, sequence = 1
       where id <> $2`,
      [head, others.at(-1)],
    );
    await releaseHeld(worker);
    assert.deepEqual(
      (await jobs(worker.pool)).map(({ deliveryId }) => deliveryId),
      [head, others.at(-1)],
    );
  });

  test('many webhooks that are being deleted are due for longer → the others have their turn', async (t) => {
    const worker = await freshWorkerQueue(t);
    const hidden = await addWebhookRows(
      worker.pool,
      Array.from({ length: 60 }, () => ({})),
    );
    await worker.commit((tx) => flagOverWindow(tx, hidden));
    await worker.pool.query('update webhooks set deleted_at = now()');
    const webhook = await addWebhook(worker);
    const [id = ''] = await addDeliveries(worker, webhook.id);
    await holdAll(worker, webhook.id);
    await worker.commit((tx) => wakeWebhooks(tx, [webhook.id]));
    assert.equal(await releaseDue({ ...worker, log: silentLog, liveJobs: 1000 }), 'soon');
    assert.deepEqual(
      (await jobs(worker.pool)).map(({ deliveryId }) => deliveryId),
      [id],
    );
    assert.equal(await releaseDue({ ...worker, log: silentLog, liveJobs: 1000 }), undefined);
  });

  test('a webhook at which a look fails → the log names it, and the others have their turn', async (t) => {
    const worker = await freshWorkerQueue(t);
    const [broken, well] = [await addWebhook(worker), await addWebhook(worker)];
    const ids = new Map<string, string>();
    for (const { id } of [broken, well]) {
      ids.set(id, (await addDeliveries(worker, id))[0] ?? '');
      await holdAll(worker, id);
    }
    await worker.commit((tx) => wakeWebhooks(tx, [broken.id, well.id]));
    const queue = changed(worker.queue, {
      enqueue: (tx, all) =>
        all.some(({ webhookId }) => webhookId === broken.id)
          ? Promise.reject(new Error('no'))
          : worker.queue.enqueue(tx, all),
    });
    const log = keepingLog();
    assert.equal(await releaseDue({ ...worker, queue, log, liveJobs: 1000 }), undefined);
    const released = (await jobs(worker.pool)).map(({ deliveryId }) => deliveryId);
    assert.deepEqual(released, [ids.get(well.id)]);
    assert.deepEqual(
      log.lines.map(({ event, fields }) => [event, fields['webhook_id']]),
      [['release.webhook_failed', broken.id]],
    );
    // The connection of the look that failed was dropped: PostgreSQL rolls back when it sees that.
    await until('the other job', async () => {
      await releaseDue({ ...worker, log, liveJobs: 1000 });
      return (await jobs(worker.pool)).length === 2;
    });
  });
});

async function updatedAt({ pool }: WorkerQueue, id: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ updated_at: string }>(
    'select updated_at from deliveries where id = $1',
    [id],
  );
  return rows[0]?.updated_at;
}
