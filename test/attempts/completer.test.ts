import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { listAttempts } from '../../src/attempts/attempt-store.ts';
import type { Attempt } from '../../src/attempts/attempt.ts';
import {
  attemptedWith,
  requestOf,
  type Attempted,
  type RecordedExchange,
} from '../../src/attempts/deliver.ts';
import { findSendable } from '../../src/deliveries/sendable.ts';
import { Completer } from '../../src/attempts/completer.ts';
import type { Pool } from '../../src/database/pool.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { keepingLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';
import { addDeliveries, addWebhook } from '../setup/rows.ts';
import { deliveryRow, jobs } from '../setup/tables.ts';
import { EVENT_SOURCE, sendingOf } from '../setup/settings.ts';
import { freshWorkerQueue } from '../setup/worker-queue.ts';

suite('the completer', { concurrency: 4 }, () => {
  test('a fault that passes → the outcome is kept, said to wait, and recorded when it has passed', async (t) => {
    const { pool, ids, attempt, completer, log } = await openCompleter(t, 1);
    await pool.query('alter table delivery_attempts rename to misplaced');
    const recording = completer.complete(await attempt(ids[0]));
    await until('it is said', () =>
      log.lines.some(({ event }) => event === 'delivery.recording_delayed'),
    );
    await pool.query('alter table misplaced rename to delivery_attempts');
    await recording;
    assert.equal((await deliveryRow(pool, ids[0] ?? ''))?.status, 'succeeded');
    assert.deepEqual(new Set(log.lines.map(({ level }) => level)), new Set(['warn', 'info']));
  });

  test('one outcome that the database refuses for its data → it is recorded without its texts, the others as they are', async (t) => {
    const { pool, ids, attempt, completer, log } = await openCompleter(t, 3);
    await pool.query(
      `alter table delivery_attempts add check (raw_response not like '%unwanted%')`,
    );
    const [first, refused, third] = [
      await attempt(ids[0]),
      await attempt(ids[1], response(500, 'unwanted')),
      await attempt(ids[2]),
    ];
    await Promise.all([first, refused, third].map((one) => completer.complete(one)));

    const [reduced, ...whole] = (await attemptsOf(pool)).sort(
      (a, b) => a.raw_request.length - b.raw_request.length,
    );
    assert.deepEqual(
      whole.map(({ success, error, raw_response }) => [
        success,
        error,
        raw_response.endsWith('fine'),
      ]),
      Array.from({ length: 2 }, () => [true, '', true]),
    );
    assert.equal(reduced?.delivery_id, ids[1]);
    assert.deepEqual(
      [reduced?.raw_request, reduced?.raw_response, reduced?.response_status_code],
      ['', '', 500],
    );
    assert.equal(
      reduced?.error,
      'request and response are not recorded: the database refused it with SQLSTATE 23514',
    );
    assert.equal((await deliveryRow(pool, ids[1] ?? ''))?.delivery_attempts, 1);
    // Its next attempt.
    assert.deepEqual(
      (await jobs(pool)).map(({ deliveryId }) => deliveryId),
      [ids[1]],
    );
    assert.equal(
      log.lines.filter(
        ({ event, level }) => event === 'delivery.recorded_reduced' && level === 'warn',
      ).length,
      1,
    );
  });

  test('a failed send that is refused → what failed is told beside it', async (t) => {
    const { pool, ids, attempt, completer } = await openCompleter(t, 1);
    await pool.query(`alter table delivery_attempts add check (raw_request = '')`);
    await completer.complete(
      await attempt(ids[0], {
        kind: 'failure',
        reason: 'refused',
        message: 'connection refused',
        durationMs: 3,
      }),
    );
    assert.deepEqual(
      (await attemptsOf(pool)).map(({ error }) => error),
      [
        'connection refused; request and response are not recorded: the database refused it with SQLSTATE 23514',
      ],
    );
  });

  for (const [what, closed] of [
    ['a constraint', `alter table delivery_attempts add constraint closed check (id is null)`],
    [
      'a trigger that says so',
      `create function refuse() returns trigger language plpgsql as
         $$ begin raise exception 'closed' using errcode = 'check_violation'; end $$;
       create trigger refuse before insert on delivery_attempts for each row
       execute function refuse()`,
    ],
  ] as const) {
    test(`those that ${what} refuses without their texts too → deliveries go on, and each attempt is told as an error`, async (t) => {
      const { pool, ids, attempt, completer, log } = await openCompleter(t, 2);
      await pool.query(closed);
      const [succeeded = '', retried = ''] = ids;
      const attempts = [await attempt(succeeded), await attempt(retried, response(500, 'no'))];
      assert.deepEqual(await Promise.all(attempts.map((one) => completer.complete(one))), [
        true,
        true,
      ]);
      assert.deepEqual(await attemptsOf(pool), []);
      const rows = [await deliveryRow(pool, succeeded), await deliveryRow(pool, retried)];
      assert.deepEqual(
        rows.map((row) => [row?.status, row?.delivery_attempts]),
        [
          ['succeeded', 1],
          ['pending', 1],
        ],
      );
      assert.deepEqual(
        (await jobs(pool)).map(({ deliveryId }) => deliveryId),
        [retried],
      );
      const told = log.lines.filter(({ event }) => event === 'delivery.recorded_without_attempt');
      assert.deepEqual(
        told.map(({ level, fields: { error: _error, ...fields } }) => ({ level, ...fields })),
        [
          {
            level: 'error',
            delivery_id: succeeded,
            attempt: 1,
            response_status_code: 200,
            verdict: 'succeeded',
          },
          {
            level: 'error',
            delivery_id: retried,
            attempt: 1,
            response_status_code: 500,
            verdict: 'retry',
            delay_seconds: 1,
          },
        ],
      );
    });
  }

  test('one whose delivery may not be changed → rejected, and nothing of it is stored', async (t) => {
    const { pool, ids, attempt, completer } = await openCompleter(t, 1);
    await pool.query(`alter table deliveries add constraint closed check (delivery_attempts = 0)`);
    await assert.rejects(
      completer.complete(await attempt(ids[0])),
      /violates check constraint "closed"/,
    );
    assert.deepEqual(await attemptsOf(pool), []);
    assert.equal((await deliveryRow(pool, ids[0] ?? ''))?.status, 'pending');
  });

  test('many large outcomes at once → recorded in several transactions', async (t) => {
    const { pool, ids, attempt, completer, metrics } = await openCompleter(t, 8);
    const large = 'x'.repeat(3 * 1024 * 1024);
    const attempts = [];
    for (const id of ids) attempts.push(await attempt(id, response(200, large)));
    await Promise.all(attempts.map((one) => completer.complete(one)));
    assert.equal((await attemptsOf(pool)).length, 8);
    // The first alone, as nobody waits for company, then two at a time.
    assert.match(await metrics.text(), /^postmand_settle_batch_size_count(\{[^}]*\})? 5$/m);
  });
});

async function openCompleter(t: TestContext, count: number) {
  const worker = await freshWorkerQueue(t);
  const webhook = await addWebhook(worker, { max_delivery_attempts: 3 });
  const ids = await addDeliveries(worker, webhook.id, { count });
  const log = keepingLog();
  const metrics = createMetrics();
  const completer = new Completer({ pool: worker.pool, queue: worker.queue, metrics, log });
  async function attempt(id = '', exchange = response(200, 'fine')): Promise<Attempted> {
    const claim = await worker.claimOf(webhook.id, id);
    const [found] = await findSendable(worker.pool, [id]);
    assert.ok(found);
    const { state } = found;
    const delivery = { ...found.delivery, payload: found.delivery.payload ?? '' };
    const sending = { webhook: sendingOf(webhook), readAt: performance.now() };
    const assignment = { claim, delivery, state, ...sending };
    const came = { exchange, random: Math.random };
    return attemptedWith(assignment, requestOf(assignment, EVENT_SOURCE), came);
  }
  return { pool: worker.pool, ids, attempt, completer, log, metrics };
}

function response(status: number, body: string): RecordedExchange {
  const head = { httpVersion: '1.1', status, reason: '', rawHeaders: [] };
  return { kind: 'response', ...head, body: Buffer.from(body), bodyCut: false, durationMs: 4 };
}

async function attemptsOf(pool: Pool): Promise<Attempt[]> {
  return (await listAttempts(pool, {}, { limit: 100, offset: 0, createdAt: {} })).items;
}
