import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Attempt } from '../../src/attempts/attempt.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import type { Api } from '../setup/service.ts';
import { startHostileEndpoint, type HostileAnswer } from './hostile-answer.ts';
import { HOSTILE_ANSWERS } from './hostile-answers.ts';

const ATTEMPTS = 2;

/** What is kept of a body, and some room for the headers. */
const MOST_STORED = 2 * 64 * 1024 + 20_000;

test(`${HOSTILE_ANSWERS.length} ways to answer badly, beside healthy traffic → each is recorded as what it was, and nobody else notices`, async (t) => {
  const database = await freshDatabase(t);
  const { server, api } = await startServer(t, database);
  const worker = await startWorker(t, database);
  const healthy = await startHealthyTraffic(t, api);

  const hostile = await Promise.all(
    HOSTILE_ANSWERS.map(async (answer) => ({ answer, id: await deliverTo(t, api, answer) })),
  );
  for (const { answer, id } of hostile)
    await t.test(answer.name, async () => {
      const { status, delivery_attempts } = await api.settled(id, 60_000);
      const attempts = await api.attempts(id);
      const succeeds = 'status' in answer.recorded && answer.recorded.status === 200;
      assert.deepEqual(
        [status, delivery_attempts, attempts.length],
        succeeds ? ['succeeded', 1, 1] : ['failed', ATTEMPTS, ATTEMPTS],
      );
      for (const attempt of attempts) assertRecorded(attempt, answer);
    });

  const ids = await healthy.stop();
  t.diagnostic(`${ids.length} healthy deliveries meanwhile`);
  for (const id of ids) {
    const { status, delivery_attempts } = await api.settled(id);
    assert.deepEqual([status, delivery_attempts], ['succeeded', 1]);
  }
  assert.equal(new Set(healthy.arrived()).size, ids.length);
  assert.equal(healthy.arrived().length, ids.length);
  for (const { process, lines, output } of [server, worker]) {
    assert.deepEqual([process.exitCode, process.signalCode, output.stderr], [null, null, '']);
    assert.deepEqual(
      lines.filter(({ level }) => level === 'error'),
      [],
    );
  }
  assert.deepEqual(await worker.end(), { code: 0, signal: null });
});

async function deliverTo(t: TestContext, api: Api, answer: HostileAnswer): Promise<string> {
  const { url } = await startHostileEndpoint(t, answer);
  const times = {
    delivery_attempt_timeout: answer.slow ? 2 : 30,
    retry_min_backoff: 1,
    retry_max_backoff: 1,
  };
  const webhook = await api.createWebhook({ url, max_delivery_attempts: ATTEMPTS, ...times });
  return (await api.createDelivery(webhook.id)).id;
}

function assertRecorded(
  { response_status_code, raw_response, error }: Attempt,
  { recorded }: HostileAnswer,
): void {
  assert.ok(
    raw_response.length <= MOST_STORED && !raw_response.includes('\0') && !error.includes('\0'),
  );
  if ('error' in recorded) {
    assert.match(error, recorded.error);
    assert.deepEqual([response_status_code, raw_response], [0, '']);
  } else {
    assert.deepEqual(
      [response_status_code, error, raw_response.endsWith('…[cut]')],
      [recorded.status, '', recorded.cut ?? false],
    );
    if (recorded.text) assert.match(raw_response, recorded.text);
  }
}

/** Posts deliveries for healthy webhooks, several at a time, until stopped. */
async function startHealthyTraffic(t: TestContext, api: Api) {
  const receiver = await startReceiver(t);
  const webhooks = await Promise.all(
    [1, 2, 3, 4, 5].map((i) => api.createWebhook({ url: `${receiver.url}/${i}` })),
  );
  const ids: string[] = [];
  let going = true;
  const callers = webhooks.map(async ({ id }, caller) => {
    for (let i = 0; going; i += 1) {
      ids.push((await api.createDelivery(id, `${caller} ${i}`)).id);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  return {
    arrived: () => receiver.received.map(({ body }) => body),
    async stop() {
      going = false;
      await Promise.all(callers);
      return ids;
    },
  };
}
