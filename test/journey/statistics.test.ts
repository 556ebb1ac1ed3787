import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { Recorder } from '../../src/statistics/recorder.ts';
import { flush } from '../../src/statistics/write.ts';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { enqueueRows } from '../setup/outbox.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';

const NOTHING = { accepted: 0, attempts: 0, succeeded: 0, failed: 0, retried: 0, held: 0 };

suite('what happened is counted once, by webhook', { concurrency: true }, async () => {
  const database = await freshDatabase(wholeFile);
  const { pool } = database;
  const recorders = { server: new Recorder(), worker: new Recorder() };
  const api = await startApi(wholeFile, database, { statistics: recorders.server });
  await startWorkerHere(wholeFile, database, { statistics: recorders.worker });

  test('deliveries of a POST, a batch and the outbox, and a test → all but the test', async (t) => {
    const webhook = await answering(t, 200);
    const { id } = await api.createDelivery(webhook.id);
    const draft = { webhook_id: webhook.id, payload: 'x' };
    await must('POST', '/deliveries/batch', { deliveries: [draft, draft] });
    await enqueueRows(pool, [{ webhookId: webhook.id, payload: 'x' }]);
    await must('POST', `/webhooks/${webhook.id}/test`);
    const expected = { ...NOTHING, accepted: 4, attempts: 4, succeeded: 4 };
    await counted(webhook, expected);
    await must('POST', `/deliveries/${id}/redeliver`);
    await counted(webhook, { ...expected, attempts: 5, succeeded: 5 });
  });

  test('an endpoint that fails → a retry, and a failed delivery', async (t) => {
    const webhook = await answering(t, 503, { max_delivery_attempts: 2, retry_schedule: [1] });
    await api.createDelivery(webhook.id);
    await counted(webhook, { ...NOTHING, accepted: 1, attempts: 2, retried: 1, failed: 1 });
  });

  test('held when it is accepted or taken in, or after an attempt, and expired → held once, and failed', async (t) => {
    const paused = await answering(t, 200);
    await must('POST', `/webhooks/${paused.id}/pause`);
    await api.createDelivery(paused.id);
    await enqueueRows(pool, [{ webhookId: paused.id, payload: 'x' }]);
    const expires_at = new Date(Date.now() + 500).toISOString();
    await must('POST', '/deliveries', { webhook_id: paused.id, payload: 'x', expires_at });
    await counted(paused, { ...NOTHING, accepted: 3, held: 3, failed: 1 });
    await must('POST', `/webhooks/${paused.id}/resume`);
    const all = { accepted: 3, attempts: 2, succeeded: 2, failed: 1, retried: 0, held: 3 };
    await counted(paused, all);

    const failing = await answering(t, 503, {
      on_failing: 'hold',
      failing_after: { attempts: 1, seconds: 0 },
    });
    await api.createDelivery(failing.id);
    await counted(failing, { ...NOTHING, accepted: 1, attempts: 1, retried: 1, held: 1 });
  });

  test('a later time, and a place behind another one of its key → only the second is held', async (t) => {
    const webhook = await answering(t, 200);
    const send_at = new Date(Date.now() + 1000).toISOString();
    const first = { webhook_id: webhook.id, payload: 'x', ordering_key: 'k', send_at };
    const { held_reason } = await must<Delivery>('POST', '/deliveries', first);
    assert.equal(held_reason, 'scheduled');
    await must('POST', '/deliveries', { ...first, send_at: null });
    await counted(webhook, { ...NOTHING, accepted: 2, attempts: 2, succeeded: 2, held: 1 });
  });

  async function answering(
    t: Parameters<typeof startReceiver>[0],
    status: number,
    settings: Partial<WebhookSettings> = {},
  ): Promise<Webhook> {
    const receiver = await startReceiver(t, (_request, response) =>
      response.writeHead(status).end(),
    );
    return api.createWebhook({ url: receiver.url, ...settings });
  }

  async function must<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await api.call(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status}`);
    return answer.body as Body;
  }

  /** What the API tells of a webhook comes to this, and the durations of as many attempts. */
  async function counted(webhook: Webhook, expected: typeof NOTHING): Promise<void> {
    let last: unknown;
    await until(`${webhook.id} has ${JSON.stringify(expected)}`, async () => {
      await Promise.all(Object.values(recorders).map((one) => flush(pool, one)));
      last = await sums(webhook);
      return JSON.stringify(last) === JSON.stringify(expected);
    }).catch(() => assert.deepEqual(last, expected));
  }

  async function sums(webhook: Webhook) {
    const { body } = await api.call('GET', `/webhooks/${webhook.id}/stats?step=minute`);
    const all = { ...NOTHING };
    for (const step of body.stats) {
      for (const name of Object.keys(all) as (keyof typeof all)[]) all[name] += step[name];
      assert.equal(step.p50_ms === null, step.attempts === 0);
    }
    return all;
  }
});
