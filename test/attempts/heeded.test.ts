import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { suite, test, type TestContext } from 'node:test';
import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { deliveryRow, jobs } from '../setup/tables.ts';
import { until } from '../setup/until.ts';

const HONORS: Partial<WebhookSettings> = { honor_retry_after: true };
const LEAVES: Partial<WebhookSettings> = { on_gone: 'deactivate' };

suite('what an answer asks for', { concurrency: 3 }, () => {
  test('503 with Retry-After → the attempt counts, and everything of the webhook waits until then', async (t) => {
    const { api, receiver, webhook, held, pausedSeconds, told, pool } = await open(t, HONORS);
    receiver.answerWith(answers(503, { 'Retry-After': '3000' }));
    const first = await api.createDelivery(webhook.id, 'first');
    const row = await held(first.id);
    assert.deepEqual([row.held_reason, row.delivery_attempts], ['endpoint_paused', 1]);
    const waitSeconds = (await deliveryRow(pool, first.id))?.waitSeconds ?? 0;
    assert.ok(waitSeconds > 2900 && waitSeconds <= 3000, `due in ${waitSeconds} s`);
    assert.ok((await pausedSeconds()) <= waitSeconds);
    const second = await api.createDelivery(webhook.id, 'second');
    assert.equal(second.held_reason, 'endpoint_paused');
    assert.deepEqual(await jobs(pool), []);

    receiver.answerWith(answers(200));
    await api.call('POST', `/webhooks/${webhook.id}/resume`);
    assert.equal((await api.settled(second.id)).status, 'succeeded');
    // This one has its own time still.
    assert.equal((await api.delivery(first.id)).status, 'pending');
    assert.deepEqual(
      told().map(([event, { by }]) => [event, by]),
      [
        ['webhook.paused', 'retry_after'],
        ['webhook.resumed', 'client'],
      ],
    );
  });

  test('the end of that pause → what waited goes out, and the log tells', async (t) => {
    const { api, receiver, webhook, told } = await open(t, HONORS);
    receiver.answerWith((_request, response, number) =>
      answers(number === 1 ? 429 : 200, { 'Retry-After': '2' })(_request, response),
    );
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    const [first, second] = receiver.received;
    assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 2000);
    await until('the log tells', () => told().length === 2);
    assert.deepEqual(
      told().map(([event, { by }]) => [event, by]),
      [
        ['webhook.paused', 'retry_after'],
        ['webhook.resumed', 'time'],
      ],
    );
  });

  test('two answers at once, each with its own Retry-After → the longest counts, told once', async (t) => {
    const { api, receiver, webhook, pausedSeconds, told } = await open(t, {
      ...HONORS,
      delivery_attempt_timeout: 60,
    });
    // Of a webhook that nobody knows yet one send at a time may hang.
    await api.settled((await api.createDelivery(webhook.id)).id);
    const waiting: ServerResponse[] = [];
    receiver.answerWith((_request, response) => void waiting.push(response));
    const made = await Promise.all(Array.from({ length: 2 }, () => api.createDelivery(webhook.id)));
    await until('both are under way', () => waiting.length === 2);
    waiting.forEach((response, i) =>
      response.writeHead(503, { 'Retry-After': String([3000, 1000][i]) }).end(),
    );
    await until('all are recorded', async () => {
      const rows = await Promise.all(made.map(({ id }) => api.delivery(id)));
      return rows.every(({ held_reason }) => held_reason === 'endpoint_paused');
    });
    const seconds = await pausedSeconds();
    assert.ok(seconds > 2900, `${seconds} s`);
    assert.equal(told().length, 1);
  });

  test('a longer pause of a client that is on → it stays', async (t) => {
    const { api, receiver, webhook, held, pausedSeconds } = await open(t, HONORS);
    let answer: ServerResponse | undefined;
    receiver.answerWith((_request, response) => void (answer = response));
    const { id } = await api.createDelivery(webhook.id);
    await receiver.count(1);
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    answer?.writeHead(503, { 'Retry-After': '60' }).end();
    await held(id);
    assert.equal(await pausedSeconds(), Infinity);
  });

  test('a Retry-After beyond POSTMAND_RETRY_AFTER_MAX → cut to it', async (t) => {
    const { api, receiver, webhook, held, pausedSeconds } = await open(t, HONORS, {
      POSTMAND_RETRY_AFTER_MAX: '600',
    });
    receiver.answerWith(answers(429, { 'Retry-After': '9'.repeat(10_000) }));
    await held((await api.createDelivery(webhook.id)).id);
    const seconds = await pausedSeconds();
    assert.ok(seconds > 500 && seconds <= 600, `${seconds} s`);
  });

  for (const value of ['1e300', '-1', 'soon', '', '0', 'Sun, 06 Nov 1994 08:49:37 GMT'])
    test(`Retry-After: ${value} → no pause`, async (t) => {
      const { api, receiver, webhook, pausedSeconds } = await open(t, HONORS);
      receiver.answerWith(answers(503, { 'Retry-After': value }));
      const { id } = await api.createDelivery(webhook.id);
      assert.equal((await api.settled(id)).status, 'failed');
      assert.equal(await pausedSeconds(), 0);
    });

  test('a webhook that does not ask for it → no pause, and the retries as ever', async (t) => {
    const { api, receiver, webhook, pausedSeconds } = await open(t, {});
    receiver.answerWith(answers(503, { 'Retry-After': '100' }));
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'failed');
    assert.equal(await pausedSeconds(), 0);
  });

  test('a status that is valid → succeeded, and no pause', async (t) => {
    const { api, receiver, webhook, pausedSeconds } = await open(t, {
      ...HONORS,
      valid_status_codes: [429],
    });
    receiver.answerWith(answers(429, { 'Retry-After': '100' }));
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    assert.equal(await pausedSeconds(), 0);
  });

  test('the last attempt with Retry-After → the delivery fails, and the webhook pauses', async (t) => {
    const { api, receiver, webhook, pausedSeconds } = await open(t, {
      ...HONORS,
      max_delivery_attempts: 1,
    });
    receiver.answerWith(answers(503, { 'Retry-After': '3000' }));
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'failed');
    assert.ok((await pausedSeconds()) > 2000);
  });

  test('410 at the last attempt → the webhook is inactive with the reason, nothing has failed; active again, all goes on', async (t) => {
    const { api, receiver, webhook, held, told, pool } = await open(t, {
      ...LEAVES,
      max_delivery_attempts: 1,
    });
    receiver.answerWith(answers(410));
    const made = await Promise.all(Array.from({ length: 6 }, () => api.createDelivery(webhook.id)));
    const rows = await Promise.all(made.map(({ id }) => held(id)));
    for (const row of rows)
      assert.deepEqual([row.status, row.held_reason], ['pending', 'webhook_inactive']);
    const attempted = rows.filter(({ delivery_attempts }) => delivery_attempts > 0);
    assert.ok(attempted.length >= 1);
    const [attempt] = await api.attempts(attempted[0]?.id ?? '');
    assert.deepEqual([attempt?.response_status_code, attempt?.success], [410, false]);
    const gone = await get(api, webhook.id);
    assert.deepEqual([gone.active, gone.deactivated_reason], [false, 'gone']);
    assert.match(gone.deactivated_at ?? '', /^20\d\d-.*Z$/);
    assert.deepEqual(
      told().filter(([event]) => event === 'webhook.deactivated'),
      [['webhook.deactivated', { webhook_id: webhook.id, deactivated_reason: 'gone' }]],
    );
    assert.deepEqual(await jobs(pool), []);
    const late = await api.createDelivery(webhook.id);
    assert.equal(late.held_reason, 'webhook_inactive');

    receiver.answerWith(answers(200));
    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: true });
    for (const { id } of [...made, late]) assert.equal((await api.settled(id)).status, 'succeeded');
  });

  test('410, and the webhook retries → it stays active', async (t) => {
    const { api, receiver, webhook } = await open(t, {});
    receiver.answerWith(answers(410));
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'failed');
    assert.deepEqual((await get(api, webhook.id)).active, true);
  });

  test('410 from a URL that the webhook has no more → it stays active, and is tried at the new one', async (t) => {
    const { api, receiver, webhook } = await open(t, { ...LEAVES, max_delivery_attempts: 1 });
    let answer: ServerResponse | undefined;
    receiver.answerWith((request, response) => {
      if (request.path === '/new') response.end('ok');
      else answer = response;
    });
    const { id } = await api.createDelivery(webhook.id);
    await receiver.count(1);
    const moved = { ...webhook, url: `${receiver.url}/new` };
    assert.equal((await api.call('PUT', `/webhooks/${webhook.id}`, moved)).status, 200);
    answer?.writeHead(410).end();
    const settled = await api.settled(id);
    assert.deepEqual([settled.status, settled.delivery_attempts], ['succeeded', 2]);
    const after = await get(api, webhook.id);
    assert.deepEqual([after.active, after.deactivated_reason], [true, null]);
  });

  test('410 while the webhook is paused → inactive is the reason that counts', async (t) => {
    const { api, receiver, webhook, held } = await open(t, LEAVES);
    let answer: ServerResponse | undefined;
    receiver.answerWith((_request, response) => void (answer = response));
    const { id } = await api.createDelivery(webhook.id);
    await receiver.count(1);
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    const other = await api.createDelivery(webhook.id);
    assert.equal(other.held_reason, 'endpoint_paused');
    answer?.writeHead(410).end();
    assert.equal((await held(id)).held_reason, 'webhook_inactive');

    receiver.answerWith(answers(200));
    await api.call('PUT', `/webhooks/${webhook.id}`, { ...webhook, active: true });
    await until('the pause is the reason', async () => {
      const rows = await Promise.all([id, other.id].map((one) => api.delivery(one)));
      return rows.every(({ status, held_reason }) => status === 'pending' && held_reason !== null);
    });
    await api.call('POST', `/webhooks/${webhook.id}/resume`);
    for (const one of [id, other.id]) assert.equal((await api.settled(one)).status, 'succeeded');
  });
});

/** A webhook with these settings, whose receiver is told what to answer, and a worker. */
async function open(
  t: TestContext,
  settings: Partial<WebhookSettings>,
  variables: Record<string, string> = {},
) {
  const database = await freshDatabase(t);
  const { pool } = database;
  const log = keepingLog();
  const api = await startApi(t, database, { log });
  const receiver = await startReceiver(t);
  await startWorkerHere(t, database, { log, settings: variables });
  const webhook = await api.createWebhook({ url: receiver.url, ...settings });
  return {
    ...{ api, pool, receiver, webhook },
    held: (id: string) =>
      until('held', async () => {
        const now = await api.delivery(id);
        return now.held_reason !== null && now;
      }),
    /** Until its pause ends: 0 where it has none. */
    async pausedSeconds(): Promise<number> {
      const { rows } = await pool.query<{ seconds: number; endless: boolean }>(
        `select paused_until = 'infinity' as endless,
           case when isfinite(paused_until)
             then extract(epoch from paused_until - now())::float8 end as seconds
         from webhook_states where webhook_id = $1 and paused_until is not null`,
        [webhook.id],
      );
      return rows[0]?.endless ? Infinity : (rows[0]?.seconds ?? 0);
    },
    told: () =>
      log.lines.flatMap(({ event, fields }) =>
        /^webhook\.(paused|resumed|deactivated)$/.test(event) ? [[event, fields] as const] : [],
      ),
  };
}

async function get(api: Awaited<ReturnType<typeof startApi>>, id: string): Promise<Webhook> {
  return (await api.call('GET', `/webhooks/${id}`)).body as Webhook;
}

function answers(status: number, headers: Record<string, string> = {}) {
  return (_request: unknown, response: ServerResponse) =>
    void response.writeHead(status, headers).end();
}
