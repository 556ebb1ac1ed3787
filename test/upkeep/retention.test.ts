import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { findLastAttempts } from '../../src/attempts/attempt-store.ts';
import { removeAttempts } from '../../src/attempts/remove-attempts.ts';
import { makePending } from '../../src/deliveries/redelivering/make-pending.ts';
import { removeEnded, removePayloads } from '../../src/deliveries/removing/remove.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { createRetention } from '../../src/upkeep/retention.ts';
import {
  linesOf,
  withoutEffect,
  type Retention,
  type RetentionKind,
} from '../../src/upkeep/retention-lines.ts';
import { firstOf, nextSize } from '../../src/upkeep/retention-walk.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { lockRow } from '../setup/row-lock.ts';
import { addAttemptRows, addDeliveryRows, addWebhook, numbered } from '../setup/rows.ts';

const DAY = 86_400;
const HOUR_MS = 3_600_000;

const EFFECTS: [when: string, settings: Retention, kinds: RetentionKind[], idle: string[]][] = [
  ['nothing is set', {}, [], []],
  ['only payloads go', { payloadsDays: 7 }, ['payloads', 'payloads', 'event_payloads'], []],
  [
    'payloads go before the deliveries',
    { succeededDays: 7, failedDays: 30, payloadsDays: 1, attemptsDays: 2 },
    [
      ...(['succeeded', 'failed', 'attempts', 'attempts', 'payloads', 'payloads'] as const),
      ...(['events', 'event_payloads'] as const),
    ],
    [],
  ],
  [
    'payloads would go after those that succeeded',
    { succeededDays: 7, payloadsDays: 7 },
    ['succeeded', 'payloads', 'events', 'event_payloads'],
    [],
  ],
  [
    'both would go after all deliveries',
    { succeededDays: 7, failedDays: 30, payloadsDays: 30, attemptsDays: 31 },
    ['succeeded', 'failed', 'events'],
    ['attemptsDays', 'payloadsDays'],
  ],
];
for (const [when, settings, kinds, idle] of EFFECTS)
  test(`${when} → ${kinds.join(', ') || 'nothing'} is removed, without effect: ${idle.join(', ') || 'none'}`, () => {
    assert.deepEqual(
      linesOf(settings).map(({ kind }) => kind),
      kinds,
    );
    assert.deepEqual(withoutEffect(settings), idle);
  });

const SIZES: [taken: number, tookMs: number, size: number, then: number][] = [
  [50, 5, 50, 100],
  [500, 50, 500, 500],
  [500, 100, 500, 250],
  [400, 30_000, 400, 1],
  [1, 0.1, 1, 2],
  [2000, 10, 2000, 2000],
];
for (const [taken, tookMs, size, then] of SIZES)
  test(`${taken} of ${size} rows took ${tookMs} ms → at most ${then} next time`, () => {
    assert.equal(nextSize(taken, tookMs, size), then);
  });

const WEIGHTS: [weights: number[], size: number, then: number][] = [
  [[], 10, 0],
  [[2, 2, 2], 10, 3],
  [[2, 2, 2], 4, 2],
  [[2, 2, 2], 5, 2],
  [[50, 2], 10, 1],
  [[2, 50, 2], 10, 1],
];
for (const [weights, size, then] of WEIGHTS)
  test(`rows with ${weights.join(', ') || 'nothing'} that go with them, ${size} at most → the first ${then}`, () => {
    const rows = weights.map((weight) => ({ id: '', created_at: '', overSeconds: 0, weight }));
    assert.equal(firstOf(rows, size).length, then);
  });

suite('retention', { concurrency: 4 }, () => {
  test('deliveries that ended long enough ago → gone with their attempts; pending ones, younger ones and a blocking head stay', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    await add(pool, webhook.id, [
      { number: 1, status: 'succeeded', daysAgo: 3.1 },
      { number: 2, status: 'succeeded', daysAgo: 2.9 },
      { number: 3, status: 'failed', daysAgo: 5.1 },
      { number: 4, status: 'failed', daysAgo: 4.9 },
      { number: 5, status: 'pending', daysAgo: 900 },
      { number: 6, status: 'failed', daysAgo: 900, isHead: true },
    ]);
    const log = keepingLog();
    const metrics = createMetrics();
    await round(createRetention({ pool, log, metrics }, { succeededDays: 3, failedDays: 5 }));
    assert.deepEqual(await left(pool, 'deliveries'), [2, 4, 5, 6]);
    assert.deepEqual(await left(pool, 'delivery_attempts'), [2, 4, 5, 6]);
    const none = { attempts: 0, payloads: 0, events: 0, event_payloads: 0 };
    const counts = { succeeded: 1, failed: 1, ...none };
    assert.deepEqual(log.lines, [
      { level: 'debug', event: 'retention.round_ended', fields: counts },
    ]);
    assert.match(await metrics.text(), /postmand_retention_removed_total\{kind="failed"\} 1/);
  });

  test('attempts are kept for less → they go where their delivery ended long enough ago, and no others; a webhook without any is as one that was never sent to', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    await add(pool, webhook.id, [
      { number: 1, status: 'succeeded', daysAgo: 3.1 },
      { number: 2, status: 'failed', daysAgo: 3.1 },
      { number: 3, status: 'pending', daysAgo: 9 },
      { number: 4, status: 'succeeded', daysAgo: 9, endedDaysAgo: 2 },
      { number: 5, status: 'failed', daysAgo: 9, isHead: true },
    ]);
    const other = await addWebhook({ pool });
    await add(pool, other.id, [{ number: 6, status: 'succeeded', daysAgo: 3.1 }]);
    await round(createRetention(parts(pool), { attemptsDays: 3 }));
    assert.deepEqual(await left(pool, 'deliveries'), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(await left(pool, 'delivery_attempts'), [3, 4, 5]);
    const asked = [webhook.id, other.id];
    const last = await findLastAttempts(pool, asked);
    assert.deepEqual(
      last.map(({ webhookId }) => webhookId),
      [webhook.id],
    );
  });

  test('payloads are kept for less → payload, request and response are empty, and nothing else has changed', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    await add(pool, webhook.id, [
      { number: 1, status: 'succeeded', daysAgo: 3.1 },
      { number: 2, status: 'failed', daysAgo: 3.1 },
      { number: 3, status: 'pending', daysAgo: 9 },
      { number: 4, status: 'succeeded', daysAgo: 2 },
      { number: 5, status: 'failed', daysAgo: 9, isHead: true },
    ]);
    const before = await shown(pool);
    await round(createRetention(parts(pool), { payloadsDays: 3 }));
    const gone = new Set([1, 2].map((number) => numbered('delivery', number)));
    assert.deepEqual(
      await shown(pool),
      before.map((row) =>
        gone.has(row['id'] as string)
          ? { ...row, payload: '', removed: true, raw_request: '', raw_response: '' }
          : row,
      ),
    );
  });

  test('one that ended late, and one that somebody has → passed over, and gone after the next start', async (t) => {
    const database = await freshDatabase(t);
    const { pool } = database;
    const webhook = await addWebhook({ pool });
    await add(pool, webhook.id, [
      { number: 1, status: 'succeeded', daysAgo: 9, endedDaysAgo: 2.9 },
      { number: 2, status: 'succeeded', daysAgo: 8 },
      { number: 3, status: 'succeeded', daysAgo: 7 },
    ]);
    const release = await lockRow(t, database, {
      table: 'deliveries',
      id: numbered('delivery', 2),
    });
    let at = 0;
    const run = createRetention({ ...parts(pool), now: () => at }, { succeededDays: 3 });
    await round(run);
    assert.deepEqual(await left(pool, 'deliveries'), [1, 2]);
    await release();
    await pool.query(`update deliveries set updated_at = updated_at - interval '1 day'`);
    await round(run);
    assert.deepEqual(await left(pool, 'deliveries'), [1, 2]);
    at = HOUR_MS;
    await round(run);
    assert.deepEqual(await left(pool, 'deliveries'), []);
  });

  test('made pending again after the look → nothing of it goes', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    await add(pool, webhook.id, [{ number: 1, status: 'succeeded', daysAgo: 9 }]);
    const id = numbered('delivery', 1);
    const removal = { status: 'succeeded', days: 3 } as const;
    await inTransaction(pool, (tx) => makePending(tx, [id], null));
    assert.equal(await inTransaction(pool, (tx) => removeEnded(tx, [id], removal)), 0);
    assert.deepEqual(await inTransaction(pool, (tx) => removePayloads(tx, [id], removal)), []);
    const attempt = [numbered('attempt', 1)];
    const ofSuccess = { success: true, days: 3 };
    assert.equal(await inTransaction(pool, (tx) => removeAttempts(tx, attempt, ofSuccess)), 0);
  });

  test('three workers at once, more than a step → all is gone, and counted once', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    const rows = Array.from({ length: 2300 }, (_one, i) => ({
      number: i + 1,
      status: 'succeeded' as const,
      daysAgo: 9,
    }));
    await add(pool, webhook.id, rows);
    const metrics = createMetrics();
    const runs = [1, 2, 3].map(() =>
      createRetention({ pool, log: silentLog, metrics }, { succeededDays: 3, attemptsDays: 1 }),
    );
    await Promise.all(runs.map(round));
    assert.deepEqual(await left(pool, 'deliveries'), []);
    assert.match(await metrics.text(), /postmand_retention_removed_total\{kind="succeeded"\} 2300/);
  });

  test('one row cannot be removed → a line in the log names it, and all others go', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    const rows = Array.from({ length: 60 }, (_one, i) => ({
      number: i + 1,
      status: 'failed' as const,
      daysAgo: 9,
    }));
    await add(pool, webhook.id, rows);
    await pool.query(
      `create function refuse() returns trigger language plpgsql as
         $$ begin raise exception 'this one stays'; end $$;
       create trigger refuse before delete on deliveries for each row
         when (old.id = '${numbered('delivery', 20)}') execute function refuse()`,
    );
    const log = keepingLog();
    await round(createRetention({ ...parts(pool), log }, { failedDays: 3 }));
    assert.deepEqual(await left(pool, 'deliveries'), [20]);
    const failed = log.lines.filter(({ event }) => event === 'retention.step_failed');
    assert.deepEqual(failed.at(-1)?.fields['id'], numbered('delivery', 20));
  });

  test('a delivery is late → a rest after each step; none is → the next step at once', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    await add(pool, webhook.id, [{ number: 1, status: 'pending', daysAgo: 10 / DAY }]);
    const run = createRetention(parts(pool), { succeededDays: 3, failedDays: 3 });
    assert.equal(await run(), 2000);
    assert.equal(await run(), 2000);
    assert.equal(await run(), undefined);
    await pool.query(`update deliveries set scheduled_at = now() + interval '1 hour'`);
    assert.equal(await run(), 'more');
  });

  test('for more than an hour what is removed should have been gone for more than a day → a warning an hour, and the sum at info', async (t) => {
    const { pool } = await freshDatabase(t);
    const webhook = await addWebhook({ pool });
    const rows = Array.from({ length: 200 }, (_one, i) => ({
      number: i + 1,
      status: 'succeeded' as const,
      daysAgo: 9,
    }));
    await add(pool, webhook.id, rows);
    const log = keepingLog();
    let at = 0;
    const run = createRetention({ ...parts(pool), log, now: () => at }, { succeededDays: 3 });
    await run();
    await run();
    at += HOUR_MS;
    await run();
    await run();
    const told = log.lines.filter(({ level }) => level !== 'debug');
    assert.deepEqual(
      told.map(({ level, event }) => [level, event]),
      [
        ['info', 'retention.removed'],
        ['warn', 'retention.behind'],
      ],
    );
    assert.equal(told[0]?.fields['succeeded'], 150);
    assert.equal(Math.round(Number(told[1]?.fields['over_seconds']) / DAY), 6);
  });
});

const parts = (pool: Pool) => ({ pool, log: silentLog, metrics: createMetrics() });

/** All steps of a round, without their rests. */
async function round(run: () => Promise<unknown>): Promise<void> {
  while ((await run()) !== undefined);
}

type Row = {
  number: number;
  status: 'pending' | 'succeeded' | 'failed';
  daysAgo: number;
  endedDaysAgo?: number;
  isHead?: boolean;
};

/** Deliveries with an attempt each, made so many days ago, when they also ended. */
async function add(pool: Pool, webhookId: string, rows: Row[]): Promise<void> {
  const ids = rows.map(({ number }) => numbered('delivery', number));
  const made = rows.map(({ number, status, daysAgo }) => ({
    id: numbered('delivery', number),
    ...{ webhookId, status, attempts: 1, createdAt: -daysAgo * DAY },
  }));
  await addDeliveryRows(pool, made);
  await addAttemptRows(
    pool,
    made.map(({ id, status, createdAt }, i) => ({
      ...{ id: numbered('attempt', rows[i]?.number ?? 0), webhookId, deliveryId: id },
      ...{ success: status === 'succeeded', request: 'POST / HTTP/1.1\r\n\r\n', createdAt },
    })),
  );
  await pool.query(
    `update deliveries set is_head = row.head, ordering_key = case when row.head then 'key' end,
       updated_at = coalesce(now() - row.days * interval '1 day', updated_at)
     from unnest($1::uuid[], $2::boolean[], $3::float8[]) as row (id, head, days)
     where deliveries.id = row.id`,
    [
      ids,
      rows.map(({ isHead = false }) => isHead),
      rows.map(({ endedDaysAgo = null }) => endedDaysAgo),
    ],
  );
}

async function left(pool: Pool, table: 'deliveries' | 'delivery_attempts'): Promise<number[]> {
  const { rows } = await pool.query<{ n: number }>(
    `select substr(id::text, 25)::int as n from ${table} order by n`,
  );
  return rows.map(({ n }) => n);
}

async function shown(pool: Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query<Record<string, unknown>>(
    `select d.id, d.status, d.payload, d.payload_removed_at is not null as removed, d.updated_at,
       a.raw_request, a.raw_response, a.response_status_code, a.error, a.created_at
     from deliveries d join delivery_attempts a on a.delivery_id = d.id order by d.id`,
  );
  return rows;
}
