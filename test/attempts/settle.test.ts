import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { listAttempts } from '../../src/attempts/attempt-store.ts';
import {
  attemptedWith,
  requestOf,
  type Attempted,
  type RecordedExchange,
} from '../../src/attempts/deliver.ts';
import { deleteDeliveries } from '../../src/deliveries/delivery-store.ts';
import { erasePayloads } from '../../src/deliveries/erasing/erase.ts';
import { findSendable } from '../../src/deliveries/sendable.ts';
import type { Claim } from '../../src/queue/claim.ts';
import { settle } from '../../src/attempts/settle.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { until } from '../setup/until.ts';
import { freshOrdering, lineOf } from '../setup/ordering.ts';
import { addDeliveries, addWebhook, expireIn } from '../setup/rows.ts';
import { count, deliveryRow, jobs, takeOver } from '../setup/tables.ts';
import { EVENT_SOURCE, sendingOf } from '../setup/settings.ts';
import { claimed, freshWorkerQueue, type WorkerQueue } from '../setup/worker-queue.ts';

suite('settle', { concurrency: 4 }, () => {
  test('a success → delivery and attempt are recorded, and the job is gone', async (t) => {
    const line = await openLine(t);
    const attempted = await line.attempt(response(200, 'thanks\0'));
    const [settled] = await line.settle(attempted);

    assert.equal(settled?.row.delivery_id, line.deliveryId);
    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual([row?.status, row?.delivery_attempts], ['succeeded', 1]);
    assert.deepEqual(await jobs(line.pool), []);
    const [recorded, ...others] = await attemptsOf(line);
    assert.deepEqual(others, []);
    const { created_at, ...fields } = recorded ?? {};
    assert.deepEqual(fields, {
      id: settled?.row.id,
      webhook_id: line.webhook.id,
      delivery_id: line.deliveryId,
      raw_request:
        'POST /never HTTP/1.1\r\nHost: 127.0.0.1:9\r\nContent-Type: application/json\r\n' +
        'X-Hub-Signature: 1c174e4d43314334d614f4522a339e983d0c2b7ec7e63342b00347c209b0edcf\r\n\r\npayload 1',
      raw_response: 'HTTP/1.1 200 OK\r\nA: b\r\n\r\nthanks\uFFFD',
      response_status_code: 200,
      execution_duration: 40_000,
      success: true,
      probe: false,
      error: '',
    });
    assert.match(String(created_at), /^20\d\d-.*Z$/);
  });

  test('a failure with attempts left → pending, and a job that is due when the delivery is, and not before', async (t) => {
    const line = await openLine(t);
    await line.settle(await line.attempt(FAILURE));

    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual([row?.status, row?.delivery_attempts], ['pending', 1]);
    const [job, ...others] = await jobs(line.pool);
    assert.deepEqual(
      [job?.deliveryId, job?.webhookId, job?.state, others.length],
      [line.deliveryId, line.webhook.id, 'created', 0],
    );
    const due = await line.pool.query<{ apart: number }>(
      `select abs(extract(epoch from j.start_after - d.scheduled_at))::float8 as apart from postmand_queue.job j, deliveries d`,
    );
    assert.ok((due.rows[0]?.apart ?? 1) < 0.001, JSON.stringify(due.rows));
    assert.deepEqual(await claimed(line.queue, 10), []);
    await until('claimed at its time', async () => (await claimed(line.queue, 10))[0]);
    assert.ok(((await deliveryRow(line.pool, line.deliveryId))?.waitSeconds ?? 1) <= 0);
    const [attempt] = await attemptsOf(line);
    assert.deepEqual(
      [
        attempt?.success,
        attempt?.error,
        attempt?.response_status_code,
        attempt?.raw_response,
        attempt?.execution_duration,
      ],
      [false, 'connection refused', 0, '', 3],
    );
    assert.match(attempt?.raw_request ?? '', /^POST \/never HTTP\/1\.1\r\n/);
  });

  test('a failure of the last attempt → failed, no further job', async (t) => {
    const line = await openLine(t, { max_delivery_attempts: 1 });
    await line.settle(await line.attempt(response(500)));
    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual(
      [row?.status, row?.delivery_attempts, row?.failed_reason],
      ['failed', 1, 'attempts'],
    );
    assert.deepEqual(await jobs(line.pool), []);
  });

  test('the process dies with the last attempt → failed as poison', async (t) => {
    const line = await openLine(t, { max_delivery_attempts: 1 });
    await line.settle(await line.attempt({ ...FAILURE, reason: 'crashed' }));
    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual([row?.status, row?.failed_reason], ['failed', 'poison']);
  });

  for (const [backoff, seconds] of [
    [{ retry_min_backoff: 0, retry_max_backoff: 60 }, 0],
    [{ retry_min_backoff: -5, retry_max_backoff: -5 }, 0],
    [{ retry_min_backoff: 2_147_483_647, retry_max_backoff: 2_147_483_647 }, 2_147_483_647],
  ] as const) {
    const { retry_min_backoff: min, retry_max_backoff: max } = backoff;
    test(`a failed attempt 1,025 under a backoff from ${min} to ${max} s → the next one after ${seconds} s`, async (t) => {
      const line = await openLine(t, { ...backoff, max_delivery_attempts: 32_767 });
      await line.pool.query('update deliveries set delivery_attempts = 1024');
      assert.equal((await line.settle(await line.attempt(FAILURE))).length, 1);
      const row = await deliveryRow(line.pool, line.deliveryId);
      assert.equal(row?.delivery_attempts, 1025);
      assert.ok(Math.abs(row.waitSeconds - seconds) < 30, `${row.waitSeconds} s`);
      // What is due in years has no job until its time is near.
      const waits = (await jobs(line.pool)).map(({ waitSeconds }) => Math.round(waitSeconds) + 0);
      assert.deepEqual(waits, seconds === 0 ? [0] : []);
      assert.equal(row.held_reason, seconds === 0 ? null : 'later');
    });
  }

  test('a rollback → nothing is recorded, and the claim is still ours', async (t) => {
    const line = await openLine(t);
    const attempted = await line.attempt(FAILURE);
    const rolledBack = line.commit(async (tx) => {
      assert.equal((await settle(tx, line.queue, [attempted])).settled.length, 1);
      throw new Error('no');
    });
    await assert.rejects(rolledBack, /no/);
    assert.deepEqual(await attemptsOf(line), []);
    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual([row?.status, row?.delivery_attempts], ['pending', 0]);
    assert.deepEqual(await line.queue.keepAlive([attempted.claim]), new Set([attempted.claim]));
  });

  test('a claim that was lost → nothing is recorded, and the new owner records its own', async (t) => {
    const line = await openLine(t);
    const attempted = await line.attempt(response(200));
    const generation = await takeOver(line.pool, attempted.claim.jobId);
    assert.deepEqual(await line.settle(attempted), []);
    assert.deepEqual(await attemptsOf(line), []);
    assert.equal((await deliveryRow(line.pool, line.deliveryId))?.status, 'pending');
    const now = { ...attempted.claim, generation };
    assert.equal((await line.settle({ ...attempted, claim: now })).length, 1);
  });

  test('two sends of one job, answered together → one is recorded, that of the latest claim', async (t) => {
    const line = await openLine(t);
    const stale = await line.attempt(response(500));
    const generation = await takeOver(line.pool, stale.claim.jobId);
    const present = await attempted(line, line.webhook, [
      { ...stale.claim, generation },
      response(200),
    ]);
    const settled = await line.settle(stale, present, present, stale);
    assert.deepEqual(
      settled.map(({ row }) => row.response_status_code),
      [200],
    );
    assert.equal((await attemptsOf(line)).length, 1);
    assert.equal((await deliveryRow(line.pool, line.deliveryId))?.status, 'succeeded');
  });

  test('a delivery deleted meanwhile → nothing is recorded, and its job is gone', async (t) => {
    const line = await openLine(t);
    const attempted = await line.attempt(FAILURE);
    await line.commit((tx) => deleteDeliveries(tx, [line.deliveryId]));
    assert.deepEqual(await line.settle(attempted), []);
    assert.deepEqual(
      [await count(line.pool, 'delivery_attempts'), await count(line.pool, 'postmand_queue.job')],
      [0, 0],
    );
  });

  test('a delivery erased while it was sent → nothing is recorded, and nothing of its texts is stored', async (t) => {
    const line = await openLine(t);
    const attempted = await line.attempt(response(200, 'a name'));
    await line.commit((tx) => erasePayloads(tx, [line.deliveryId]));
    assert.deepEqual(await line.settle(attempted), []);
    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual(
      [row?.status, row?.delivery_attempts, row?.failed_reason],
      ['failed', 0, 'erased'],
    );
    assert.deepEqual(
      [await count(line.pool, 'delivery_attempts'), await count(line.pool, 'postmand_queue.job')],
      [0, 0],
    );
  });

  test('the same attempt settled a second time → nothing is recorded twice', async (t) => {
    const line = await openLine(t);
    const attempted = await line.attempt(FAILURE);
    await line.settle(attempted);
    assert.deepEqual(await line.settle(attempted), []);
    assert.equal((await attemptsOf(line)).length, 1);
    assert.equal((await deliveryRow(line.pool, line.deliveryId))?.delivery_attempts, 1);
    assert.equal((await jobs(line.pool)).length, 1);
  });

  test('an attempt number that was recorded already, under a claim that is ours → nothing is recorded', async (t) => {
    const line = await openLine(t);
    const first = await line.attempt(FAILURE);
    await line.settle(first);
    const claim = await until('the next claim', async () => (await claimed(line.queue, 1))[0]);
    assert.deepEqual(await line.settle({ ...first, claim }), []);
    assert.equal((await attemptsOf(line)).length, 1);
  });

  test('a delivery that is final already → nothing is recorded', async (t) => {
    const line = await openLine(t);
    const attempted = await line.attempt(FAILURE);
    await line.pool.query(`update deliveries set status = 'succeeded'`);
    assert.deepEqual(await line.settle(attempted), []);
    assert.deepEqual(
      [await count(line.pool, 'delivery_attempts'), await count(line.pool, 'postmand_queue.job')],
      [0, 0],
    );
  });

  test('a success, an exhausted one and one that killed its process, together → each ends for its reason, held by nobody', async (t) => {
    const line = await openLine(t, { max_delivery_attempts: 1 });
    const ids = await addDeliveries(line, line.webhook.id, { count: 3 });
    const [fine = '', spent = '', poison = ''] = ids;
    const settled = await line.settle(
      await line.attempt(response(200), fine),
      await line.attempt(FAILURE, spent),
      await line.attempt({ ...FAILURE, reason: 'crashed' }, poison),
    );
    const rows = await Promise.all(ids.map((id) => deliveryRow(line.pool, id)));
    assert.deepEqual(
      rows.map((row) => [row?.status, row?.failed_reason, row?.delivery_attempts, row?.held]),
      [
        ['succeeded', null, 1, false],
        ['failed', 'attempts', 1, false],
        ['failed', 'poison', 1, false],
      ],
    );
    assert.ok(settled.every(({ ageSeconds }) => ageSeconds >= 0));
    assert.ok(settled.every(({ isHeld, freedKey }) => !isHeld && freedKey === null));
  });

  test('many at once, some lost, some deleted → the others are recorded', async (t) => {
    const line = await openLine(t);
    const ids = await addDeliveries(line, line.webhook.id, { count: 30 });
    const attempts = [];
    for (const id of ids)
      attempts.push(
        await line.attempt(response(Number.parseInt(id[0] ?? '', 16) % 2 === 0 ? 200 : 500), id),
      );
    await takeOver(line.pool, attempts[3]?.claim.jobId ?? '');
    await line.commit((tx) => deleteDeliveries(tx, [ids[7] ?? '']));
    const settled = await line.settle(...attempts);
    assert.deepEqual(
      settled.map(({ delivery }) => delivery.id).sort(),
      ids.filter((_id, i) => i !== 3 && i !== 7).sort(),
    );
    assert.equal(await count(line.pool, 'delivery_attempts'), 28);
    const retries = settled.filter(({ verdict }) => verdict.kind === 'retry').length;
    assert.equal(
      (await jobs(line.pool)).filter(({ state }) => state === 'created').length,
      retries,
    );
  });
});

suite('settle, and the time runs out', { concurrency: 4 }, () => {
  const MINUTE = { retry_min_backoff: 60, retry_max_backoff: 60 };
  const CASES: [
    when: string,
    age: number | null,
    expiresIn: number | null,
    then: [status: string, reason: string | null],
  ][] = [
    ['nothing bounds its time', null, null, ['pending', null]],
    ['its own time comes before the retry', null, 30, ['failed', 'expired']],
    ['its own time comes after the retry', null, 90, ['pending', null]],
    ['it is too old before the retry', 30, null, ['failed', 'expired']],
    ['it is too old after the retry', 90, null, ['pending', null]],
    ['only its age comes before the retry', 30, 90, ['failed', 'expired']],
    ['only its own time comes before the retry', 90, 30, ['failed', 'expired']],
    ['its own time came during the send', 90, -1, ['failed', 'expired']],
  ];

  for (const [when, max_delivery_age, expiresIn, then] of CASES)
    test(`an attempt fails, and ${when} → ${then.join(', ')}`, async (t) => {
      const line = await openLine(t, { ...MINUTE, max_delivery_age });
      const attempted = await line.attempt(FAILURE);
      await expireIn(line.pool, expiresIn);
      const [settled] = await line.settle(attempted);
      const row = await deliveryRow(line.pool, line.deliveryId);
      assert.deepEqual([row?.status, row?.failed_reason], then);
      const [status] = then;
      assert.deepEqual([row?.delivery_attempts, row?.held], [1, false]);
      assert.equal((await jobs(line.pool)).length, status === 'pending' ? 1 : 0);
      assert.equal((await attemptsOf(line)).length, 1);
      assert.deepEqual(
        settled?.verdict,
        status === 'pending'
          ? { kind: 'retry', delaySeconds: 60 }
          : { kind: 'failed', reason: 'expired' },
      );
    });

  test('an attempt succeeds after its time → succeeded', async (t) => {
    const line = await openLine(t, { max_delivery_age: 1 });
    const attempted = await line.attempt(response(200));
    await expireIn(line.pool, -60);
    await line.settle(attempted);
    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual([row?.status, row?.failed_reason], ['succeeded', null]);
  });

  test('the retry would come too late, and the webhook is inactive → failed, not held', async (t) => {
    const line = await openLine(t, MINUTE);
    const attempted = await line.attempt(FAILURE);
    await expireIn(line.pool, 30);
    await line.pool.query('update webhooks set active = false');
    await line.settle(attempted);
    const row = await deliveryRow(line.pool, line.deliveryId);
    assert.deepEqual(
      [row?.status, row?.failed_reason, row?.held, row?.held_reason],
      ['failed', 'expired', false, null],
    );
  });

  test('the retry of a head would come too late → the next of its key gets its turn', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, MINUTE);
    await order.accept(webhook, 'k', 'a', 'b');
    await order.pool.query(`update deliveries set expires_at = now() + interval '30 s'
      where payload = 'a'`);
    const [settled] = await order.end(500);
    assert.deepEqual(settled?.verdict, { kind: 'failed', reason: 'expired' });
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: failed', 'b: pending head job']);
  });

  test('the retry of a head would come too late, and failures block → its key stops', async (t) => {
    const order = await freshOrdering(t);
    const webhook = await addWebhook(order, { ...MINUTE, ordering_on_failure: 'block' });
    await order.accept(webhook, 'k', 'a', 'b');
    await expireIn(order.pool, 30);
    await order.end(500);
    assert.deepEqual(await lineOf(order.pool, 'k'), ['a: failed head', 'b: pending ordered']);
  });

  test('a success, an exhausted one and an expired one in one transaction → each ends for its reason', async (t) => {
    const line = await openLine(t, { ...MINUTE, max_delivery_attempts: 2 });
    const [fine = '', spent = '', late = ''] = await addDeliveries(line, line.webhook.id, {
      count: 3,
    });
    await line.pool.query('update deliveries set delivery_attempts = 1 where id = $1', [spent]);
    await expireIn(line.pool, 30);
    await line.settle(
      await line.attempt(response(200), fine),
      await line.attempt(FAILURE, spent),
      await line.attempt(FAILURE, late),
    );
    const rows = await Promise.all([fine, spent, late].map((id) => deliveryRow(line.pool, id)));
    assert.deepEqual(
      rows.map((row) => [row?.status, row?.failed_reason]),
      [
        ['succeeded', null],
        ['failed', 'attempts'],
        ['failed', 'expired'],
      ],
    );
  });
});

const FAILURE: RecordedExchange = {
  kind: 'failure',
  reason: 'refused',
  message: 'connection refused',
  durationMs: 3,
};

function response(status: number, body = ''): RecordedExchange {
  const head = { httpVersion: '1.1', status, reason: 'OK', rawHeaders: ['a', 'b'] };
  return { kind: 'response', ...head, body: Buffer.from(body), bodyCut: false, durationMs: 40_000 };
}

/** A webhook with a delivery that is claimed and sent, as it is told to have gone. */
async function openLine(t: TestContext, settings: Partial<Webhook> = {}) {
  const worker = await freshWorkerQueue(t);
  const webhook = await addWebhook(worker, {
    max_delivery_attempts: 3,
    retry_min_backoff: 1,
    ...settings,
  });
  const [deliveryId = ''] = await addDeliveries(worker, webhook.id);
  return {
    ...worker,
    webhook,
    deliveryId,
    attempt: async (exchange: RecordedExchange, id = deliveryId) =>
      attempted(worker, webhook, [await worker.claimOf(webhook.id, id), exchange]),
    settle: (...attempts: Attempted[]) =>
      worker.commit(async (tx) => (await settle(tx, worker.queue, attempts)).settled),
  };
}

async function attempted(
  { pool }: WorkerQueue,
  webhook: Webhook,
  [claim, exchange]: [Claim, RecordedExchange],
): Promise<Attempted> {
  const [found] = await findSendable(pool, [claim.deliveryId]);
  assert.ok(found);
  const { state } = found;
  const delivery = { ...found.delivery, payload: found.delivery.payload ?? '' };
  const sending = { webhook: sendingOf(webhook), readAt: performance.now() };
  const assignment = { claim, delivery, state, ...sending };
  const came = { exchange, random: Math.random };
  return attemptedWith(assignment, requestOf(assignment, EVENT_SOURCE), came);
}

async function attemptsOf({ pool }: WorkerQueue) {
  return (await listAttempts(pool, {}, { limit: 100, offset: 0, createdAt: {} })).items;
}
