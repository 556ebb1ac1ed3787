import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { TEST_PAYLOAD } from '../../src/deliveries/test-delivery.ts';
import { startReceiver, type Answer } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { jobCount, openLine, startLine } from './line.ts';

const line = await startLine(wholeFile);
const { api } = line;

const runTest = (webhookId: string, body?: unknown) =>
  api.call('POST', `/webhooks/${webhookId}/test`, body);

/** What is known of the health of a webhook: nothing, where there is no row. */
async function statesOf(webhookId: string): Promise<unknown[]> {
  const { rows } = await line.pool.query('select * from webhook_states where webhook_id = $1', [
    webhookId,
  ]);
  return rows;
}

suite('test deliveries', { concurrency: 6 }, () => {
  test('a test of a webhook that works → 200 with the delivery and its attempt, and the payload says what it is', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { status, body } = await runTest(webhook.id);
    assert.equal(status, 200);
    const { delivery, attempt } = body;
    assert.deepEqual(
      [delivery.test, delivery.status, delivery.delivery_attempts, delivery.payload],
      [true, 'succeeded', 1, TEST_PAYLOAD],
    );
    assert.deepEqual(
      [attempt.delivery_id, attempt.response_status_code, attempt.success, attempt.probe],
      [delivery.id, 200, true, false],
    );
    assert.equal(JSON.parse(receiver.received[0]?.body ?? '').type, 'webhook.test');
    assert.deepEqual(await api.delivery(delivery.id), delivery);
    assert.deepEqual(await api.attempts(delivery.id), [attempt]);
    const listed = await api.call('GET', `/deliveries?webhook_id=${webhook.id}`);
    assert.deepEqual(listed.body.deliveries, [delivery]);
    assert.equal(await jobCount(line, delivery.id), 0);
    assert.deepEqual(await statesOf(webhook.id), []);
    assert.deepEqual(line.errors(), []);
  });

  for (const [what, payload] of [
    ['a payload', '{"success": true}'],
    ['an empty payload', ''],
    ['a payload of 100 KB', 'x'.repeat(100_000)],
  ] as const)
    test(`${what} is given → that is sent`, async (t) => {
      const receiver = await startReceiver(t);
      const webhook = await api.createWebhook({ url: receiver.url });
      const { body } = await runTest(webhook.id, { payload });
      assert.deepEqual([body.delivery.status, body.delivery.payload], ['succeeded', payload]);
      assert.equal(receiver.received[0]?.body, payload);
    });

  const failing: [when: string, answer: Answer][] = [
    ['500', (_request, response) => response.writeHead(500).end()],
    [
      '503 with Retry-After',
      (_request, response) => response.writeHead(503, { 'Retry-After': '600' }).end(),
    ],
    ['410', (_request, response) => response.writeHead(410).end()],
    ['nothing', (_request, response) => void response.destroy()],
  ];
  for (const [what, answer] of failing)
    test(`it is answered with ${what} → failed after that one attempt, and nothing is noted of the webhook`, async (t) => {
      const receiver = await startReceiver(t, answer);
      const heeding = {
        honor_retry_after: true,
        on_gone: 'deactivate',
        on_failing: 'hold',
      } as const;
      const webhook = await api.createWebhook({
        ...{ url: receiver.url, ...heeding },
        failing_after: { attempts: 1, seconds: 0 },
      });
      const { status, body } = await runTest(webhook.id);
      assert.equal(status, 200);
      assert.deepEqual(
        [body.delivery.status, body.delivery.failed_reason, body.delivery.delivery_attempts],
        ['failed', 'attempts', 1],
      );
      assert.equal(body.attempt.success, false);
      assert.equal(await jobCount(line, body.delivery.id), 0);
      assert.deepEqual(await statesOf(webhook.id), []);
      const after = (await api.call('GET', `/webhooks/${webhook.id}`)).body;
      assert.deepEqual([after.active, after.health.consecutive_failures], [true, 0]);
    });

  const states: [when: string, state: string][] = [
    ['paused', `paused_until = 'infinity'`],
    ['failing', `state = 'failing', failing_since = now()`],
    ['over its window', 'over_window = true'],
  ];
  for (const [what, change] of states)
    test(`the webhook is ${what} → the test goes out, and the state stays as it is`, async (t) => {
      const receiver = await startReceiver(t);
      const webhook = await api.createWebhook({ url: receiver.url, on_failing: 'hold' });
      await line.pool.query('insert into webhook_states (webhook_id) values ($1)', [webhook.id]);
      await line.pool.query(`update webhook_states set ${change} where webhook_id = $1`, [
        webhook.id,
      ]);
      const before = await statesOf(webhook.id);
      const { body } = await runTest(webhook.id);
      assert.equal(body.delivery.status, 'succeeded');
      assert.deepEqual(await statesOf(webhook.id), before);
    });

  test('the webhook is inactive → the test goes out', async (t) => {
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url, active: false });
    const { body } = await runTest(webhook.id);
    assert.equal(body.delivery.status, 'succeeded');
    assert.equal((await api.call('GET', `/webhooks/${webhook.id}`)).body.active, false);
  });

  test('the webhook has its permit in use → the test goes out, and takes none', async (t) => {
    const receiver = await startReceiver(t, ({ body }, response) => {
      if (body !== 'hangs') response.end();
    });
    const settings = { max_concurrency: 1, delivery_attempt_timeout: 60 };
    const webhook = await api.createWebhook({ url: receiver.url, ...settings });
    const { id } = await api.createDelivery(webhook.id, 'hangs');
    await receiver.count(1);
    const { body } = await runTest(webhook.id);
    assert.equal(body.delivery.status, 'succeeded');
    const { rows } = await line.pool.query('select from webhook_permits where webhook_id = $1', [
      webhook.id,
    ]);
    assert.equal(rows.length, 1);
    await api.call('DELETE', `/deliveries/${id}`);
  });

  test('the webhook has one token an hour → more tests go out, and take none', async (t) => {
    const receiver = await startReceiver(t);
    const rate_limit = { count: 1, per_seconds: 3600, burst: 1 };
    const webhook = await api.createWebhook({ url: receiver.url, rate_limit });
    for (let i = 0; i < 3; i += 1)
      assert.equal((await runTest(webhook.id)).body.delivery.status, 'succeeded');
    assert.deepEqual(await statesOf(webhook.id), []);
  });

  test('an unknown or a deleted webhook → 404, and nothing is stored', async () => {
    const deleted = await api.createWebhook();
    await api.call('DELETE', `/webhooks/${deleted.id}`);
    for (const id of [randomUUID(), deleted.id]) {
      const { status, body } = await runTest(id);
      assert.deepEqual([status, body.code], [404, 5]);
    }
  });

  for (const [what, body, details] of [
    ['another field', { payloads: 'x' }, /payloads: is not a known field/],
    ['no text', { payload: 1 }, /^payload: must be string/],
    ['a text with U+0000', { payload: '\0' }, /^payload: must be text without U\+0000/],
  ] as const)
    test(`${what} → 400 that names it`, async () => {
      const webhook = await api.createWebhook();
      const { status, body: problem } = await runTest(webhook.id, body);
      assert.equal(status, 400);
      assert.match(problem.details, details);
    });
});

test('more tests than may be under way, of a webhook that hangs → those of others do not wait', async (t) => {
  const hanging = await startReceiver(t, () => {});
  const receiver = await startReceiver(t);
  const slow = await api.createWebhook({ url: hanging.url, delivery_attempt_timeout: 60 });
  const quick = await api.createWebhook({ url: receiver.url });
  const calls = Array.from({ length: 8 }, () => runTest(slow.id));
  await hanging.count(3);
  const { body } = await runTest(quick.id);
  assert.equal(body.delivery.status, 'succeeded');
  assert.equal(hanging.received.length, 3);
  const { rows } = await line.pool.query(
    `select count(*)::integer as unclaimed from postmand_queue.job
     where group_id = $1 and started_on is null`,
    [slow.id],
  );
  assert.deepEqual(rows, [{ unclaimed: 5 }]);
  await line.pool.query('delete from deliveries where webhook_id = $1', [slow.id]);
  for (const { status, body: problem } of await Promise.all(calls))
    assert.deepEqual([status, problem.code], [404, 6]);
});

test('a worker with one slot, whose sends hang → a test goes out all the same', async (t) => {
  const { api, pool, startWorker } = await openLine(t);
  await startWorker({ POSTMAND_CONCURRENCY: '1' });
  const hanging = await startReceiver(t, ({ body }, response) => {
    if (body === 'test') response.end();
  });
  const webhook = await api.createWebhook({ url: hanging.url, delivery_attempt_timeout: 60 });
  for (let i = 0; i < 5; i += 1) await api.createDelivery(webhook.id, 'hangs');
  await hanging.count(1);
  const { body } = await api.call('POST', `/webhooks/${webhook.id}/test`, { payload: 'test' });
  assert.equal(body.delivery.status, 'succeeded');
  await pool.query('delete from deliveries');
});

test('a test on which workers may die → it is sent in a process of its own', async (t) => {
  const { api, pool, receiver, startWorker } = await openLine(t);
  const webhook = await api.createWebhook({ url: receiver.url, max_concurrency: 1 });
  const answer = api.call('POST', `/webhooks/${webhook.id}/test`);
  await until('it has lost workers', async () => {
    const { rowCount } = await pool.query(
      `update postmand_queue.job set data = data || '{"deaths": 3}' where name = 'deliveries'`,
    );
    return rowCount === 1;
  });
  await startWorker();
  const { status, body } = await answer;
  assert.deepEqual([status, body.delivery.status], [200, 'succeeded']);
});

test('a test whose job is lost → the rescue gives it another one, beside a full window', async (t) => {
  const { api, pool, receiver, startWorker } = await openLine(t);
  const webhook = await api.createWebhook({ url: receiver.url, active: false });
  const answer = api.call('POST', `/webhooks/${webhook.id}/test`);
  await until('it is stored', async () => {
    const { rowCount } = await pool.query(
      `with lost as (delete from postmand_queue.job where name = 'deliveries' returning id)
       update deliveries set scheduled_at = now() - interval '1 minute' from lost`,
    );
    return rowCount === 1;
  });
  await startWorker({ POSTMAND_LIVE_JOBS: '10' });
  assert.equal((await answer).body.delivery.status, 'succeeded');
});
