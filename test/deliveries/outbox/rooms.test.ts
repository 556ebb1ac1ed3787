import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTransaction } from '../../../src/database/transaction.ts';
import { Rooms, roomsOf } from '../../../src/deliveries/outbox/rooms.ts';
import { wakeWebhooks } from '../../../src/webhooks/wake.ts';
import { addWebhookRows } from '../../setup/rows.ts';
import { until } from '../../setup/until.ts';
import { freshWorkerQueue } from '../../setup/worker-queue.ts';

const FREE = { overWindow: false, max_concurrency: null, rate_limit: null };

type Case = { jobs: number; coming: number; state?: typeof FREE | { max_concurrency: number } };

const CASES: [when: string, facts: Case, room: number | undefined][] = [
  ['all have room', { jobs: 900, coming: 100 }, undefined],
  ['some have room', { jobs: 900, coming: 101 }, 100],
  ['none has room', { jobs: 1200, coming: 60 }, 0],
  ['it has a small window', { jobs: 0, coming: 60, state: { max_concurrency: 1 } }, 50],
  [
    'it is flagged already',
    { jobs: 0, coming: 2000, state: { ...FREE, overWindow: true } },
    undefined,
  ],
];

for (const [when, { jobs, coming, state }, room] of CASES)
  test(`${when} → ${room === undefined ? 'nothing is flagged' : `flagged, with room for ${room}`}`, () => {
    const rooms = roomsOf({
      counts: new Map([['w', coming]]),
      live: new Map([['w', jobs]]),
      states: new Map([['w', { ...FREE, ...state }]]),
      liveJobs: 1000,
    });
    assert.deepEqual(rooms, room === undefined ? [] : [{ webhookId: 'w', room }]);
  });

test('a webhook that is gone → nothing is flagged', () => {
  const counts = new Map([['w', 2000]]);
  const live = new Map([['w', 0]]);
  assert.deepEqual(roomsOf({ counts, live, states: new Map(), liveJobs: 10 }), []);
});

test('one is flagged and another woken → their states are locked in the order of their ids', async (t) => {
  const { pool } = await freshWorkerQueue(t);
  const ids = await addWebhookRows(pool, [{}, {}]);
  const [first = '', second = ''] = ids.toSorted();
  await inTransaction(pool, (tx) => wakeWebhooks(tx, ids));
  const candidate = (webhookId: string, redelivered: boolean) => ({
    ...{ id: webhookId, webhookId, key: null, place: 1, redelivered },
  });
  const many = Array.from({ length: 100 }, () => candidate(second, false));
  let reserving: Promise<unknown> | undefined;
  await inTransaction(pool, async (tx) => {
    await lockState(first);
    const rooms = new Rooms(10);
    reserving = inTransaction(pool, (other) =>
      rooms.reserve(other, [...many, candidate(first, true)]),
    );
    await until('it waits for the first', async () => (await pool.query(WAITING)).rows[0]);
    // Were the second one locked before the first, this would wait for it, and neither would end.
    await lockState(second);

    async function lockState(id: string): Promise<void> {
      await tx.query('select from webhook_states where webhook_id = $1 for update', [id]);
    }
  });
  assert.deepEqual(await reserving, [{ webhookId: second, room: 10 }]);
  const { rows } = await pool.query('select over_window from webhook_states order by webhook_id');
  assert.deepEqual(rows, [{ over_window: false }, { over_window: true }]);
});

const WAITING = `select from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;
