import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { jobCount, makeDue, startLine } from './line.ts';

const line = await startLine(wholeFile);
const { api } = line;

/** Nothing is retried before the test says so. */
const LONG = { retry_min_backoff: 600, retry_max_backoff: 600 };

suite('retry', { concurrency: true }, () => {
  test('a 503, then a 200 → one failed attempt, the next one after the minimum backoff and not much later', async (t) => {
    const receiver = await startReceiver(t, (_request, response, number) =>
      response.writeHead(number === 1 ? 503 : 200).end(),
    );
    const webhook = await api.createWebhook({
      url: receiver.url,
      retry_min_backoff: 1,
      retry_max_backoff: 60,
    });
    const { id } = await api.createDelivery(webhook.id);
    const delivery = await api.settled(id);

    assert.deepEqual([delivery.status, delivery.delivery_attempts], ['succeeded', 2]);
    const [first, second, ...others] = receiver.received;
    assert.equal(others.length, 0);
    const gapMs = (second?.at ?? 0) - (first?.at ?? 0);
    assert.ok(gapMs >= 1000 && gapMs < 6000, `${gapMs} ms`);
    const attempts = await api.attempts(id);
    assert.deepEqual(
      attempts.map(({ success, response_status_code }) => [success, response_status_code]),
      [
        [false, 503],
        [true, 200],
      ],
    );
  });

  test('it has failed and is redelivered → it is sent again with the same id, and its attempts go on', async (t) => {
    const receiver = await startReceiver(t, (_request, response, number) =>
      response.writeHead(number === 1 ? 503 : 200).end(),
    );
    const settings = { url: receiver.url, max_delivery_attempts: 1, signatures: ['standard'] };
    const webhook = await api.createWebhook(settings as object);
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'failed');
    assert.equal((await api.call('POST', `/deliveries/${id}/redeliver`)).status, 200);
    const { status, delivery_attempts, budget_used, redeliveries } = await api.settled(id);
    assert.deepEqual([status, delivery_attempts], ['succeeded', 2]);
    assert.deepEqual([budget_used, redeliveries], [1, 1]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    assert.deepEqual(ids, [id, id]);
  });

  test('while a retry waits → pending, with the attempts made and the time of the next', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const webhook = await api.createWebhook({ url: receiver.url, ...LONG });
    const { id } = await api.createDelivery(webhook.id);
    const delivery = await until('the first attempt is recorded', async () => {
      const now = await api.delivery(id);
      return now.delivery_attempts === 1 && now;
    });
    assert.deepEqual([delivery.status, delivery.held_reason], ['pending', null]);
    const [attempt] = await api.attempts(id);
    assert.equal(
      Date.parse(delivery.scheduled_at) - Date.parse(attempt?.created_at ?? ''),
      600_000,
    );
  });

  test('every attempt fails → the backoff doubles up to its maximum, and after the last attempt the delivery is failed', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const webhook = await api.createWebhook({
      url: receiver.url,
      retry_min_backoff: 1,
      retry_max_backoff: 2,
      max_delivery_attempts: 4,
    });
    const { id } = await api.createDelivery(webhook.id);
    const delivery = await api.settled(id);

    assert.deepEqual(
      [delivery.status, delivery.delivery_attempts, receiver.received.length],
      ['failed', 4, 4],
    );
    const gaps = receiver.received
      .slice(1)
      .map(({ at }, i) => at - (receiver.received[i]?.at ?? 0));
    for (const [i, least] of [1000, 2000, 2000].entries())
      assert.ok((gaps[i] ?? 0) >= least, `gaps: ${gaps.join()}`);
    assert.equal((await api.attempts(id)).length, 4);
    assert.equal(await jobCount(line, id), 0);
  });

  test('two attempts allowed, and nothing listens → failed after exactly two', async () => {
    const webhook = await api.createWebhook({
      url: 'http://127.0.0.1:1/',
      max_delivery_attempts: 2,
    });
    const { id } = await api.createDelivery(webhook.id);
    const delivery = await api.settled(id);

    assert.deepEqual([delivery.status, delivery.delivery_attempts], ['failed', 2]);
    const attempts = await api.attempts(id);
    assert.deepEqual(
      attempts.map(({ success, response_status_code, raw_response, error }) => [
        success,
        response_status_code,
        raw_response,
        error,
      ]),
      [
        [false, 0, '', 'connection refused'],
        [false, 0, '', 'connection refused'],
      ],
    );
    assert.equal(await jobCount(line, id), 0);
  });

  test('one attempt allowed → failed after one', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(404).end());
    const webhook = await api.createWebhook({ url: receiver.url, max_delivery_attempts: 1 });
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'failed');
    assert.equal(receiver.received.length, 1);
    assert.equal(await jobCount(line, id), 0);
  });

  test('500 is a valid status and 200 is not → the 500 succeeds, the 200 fails', async (t) => {
    const receiver = await startReceiver(t, (request, response) =>
      response.writeHead(Number(request.path.slice(1))).end(),
    );
    const settings = { valid_status_codes: [500, 302], max_delivery_attempts: 1 };
    for (const [status, outcome] of [
      [500, 'succeeded'],
      [302, 'succeeded'],
      [200, 'failed'],
      [503, 'failed'],
    ] as const) {
      const webhook = await api.createWebhook({ ...settings, url: `${receiver.url}/${status}` });
      const { id } = await api.createDelivery(webhook.id);
      assert.equal((await api.settled(id)).status, outcome, String(status));
      const [attempt] = await api.attempts(id);
      assert.deepEqual(
        [attempt?.response_status_code, attempt?.success, attempt?.error],
        [status, outcome === 'succeeded', ''],
      );
    }
  });

  test('a webhook changed while a retry waits → the next attempt follows the new settings', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const next = await startReceiver(t);
    const webhook = await api.createWebhook({
      url: `${receiver.url}/old`,
      secret_token: 'old',
      ...LONG,
    });
    const { id } = await api.createDelivery(webhook.id, '{"success": true}');
    await receiver.count(1);
    const changed = await api.call('PUT', `/webhooks/${webhook.id}`, {
      ...webhook,
      url: `${next.url}/new`,
      secret_token: 'my-secret-token',
      content_type: 'text/plain',
    });
    assert.equal(changed.status, 200);
    await makeDue(line, id);
    assert.equal((await api.settled(id)).status, 'succeeded');

    assert.equal(receiver.received.length, 1);
    const [request] = next.received;
    assert.equal(request?.path, '/new');
    assert.equal(request?.headers['content-type'], 'text/plain');
    assert.equal(
      request?.headers['x-hub-signature'],
      '3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9',
    );
  });

  test('the maximum lowered to the attempts made so far → failed when the next attempt is due, which is not made', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const webhook = await api.createWebhook({
      url: receiver.url,
      max_delivery_attempts: 10,
      ...LONG,
    });
    const { id } = await api.createDelivery(webhook.id);
    await receiver.count(1);
    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, max_delivery_attempts: 1 });
    await makeDue(line, id);
    const delivery = await api.settled(id);
    assert.deepEqual(
      [delivery.status, delivery.delivery_attempts, receiver.received.length],
      ['failed', 1, 1],
    );
  });

  test('a schedule with jitter → each retry after its delay, and later by no more than the jitter', async (t) => {
    const receiver = await startReceiver(t, (_request, response) => response.writeHead(500).end());
    const webhook = await api.createWebhook({
      url: receiver.url,
      max_delivery_attempts: 3,
      retry_schedule: [1, 600],
      retry_jitter: 1,
    });
    const { id } = await api.createDelivery(webhook.id);
    const delivery = await until('the second attempt is recorded', async () => {
      const now = await api.delivery(id);
      return now.delivery_attempts === 2 && now;
    });
    const gapMs = (receiver.received[1]?.at ?? 0) - (receiver.received[0]?.at ?? 0);
    assert.ok(gapMs >= 1000 && gapMs < 8000, `${gapMs} ms`);
    const [, second] = await api.attempts(id);
    const delayMs = Date.parse(delivery.scheduled_at) - Date.parse(second?.created_at ?? '');
    assert.ok(delayMs >= 600_000 && delayMs <= 1_200_000, `${delayMs} ms`);
  });
});
