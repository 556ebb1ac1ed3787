import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { startServer, startWorker } from './processes.ts';

test('deliveries that succeed, fail and are retried → one line for each attempt with its outcome, and no payload, secret or password anywhere', async (t) => {
  const database = await freshDatabase(t);
  const receiver = await startReceiver(t, (_request, response, number) =>
    response.writeHead(number === 1 ? 503 : 200).end('answer-body'),
  );
  const { server, api } = await startServer(t, database, { POSTMAND_LOG_LEVEL: 'debug' });
  const worker = await startWorker(t, database, { POSTMAND_LOG_LEVEL: 'debug' });
  const url = receiver.url.replace('://', '://user:url-password@');
  const retried = await api.createWebhook({ url, secret_token: 'secret-token' });
  const refused = await api.createWebhook({
    url: 'http://user:url-password@127.0.0.1:1/',
    max_delivery_attempts: 1,
    secret_token: 'secret-token',
  });
  const ids = [
    (await api.createDelivery(retried.id, 'secret-payload')).id,
    (await api.createDelivery(refused.id, 'secret-payload')).id,
  ];
  for (const id of ids) await api.settled(id);

  const attempts = (await Promise.all(ids.map((id) => api.attempts(id)))).flat();
  assert.equal(attempts.length, 3);
  const meaning: Record<number, object> = {
    503: { attempt: 1, verdict: 'retry', delay_seconds: 1 },
    200: { attempt: 2, verdict: 'succeeded' },
    0: { attempt: 1, verdict: 'failed', failed_reason: 'attempts' },
  };
  await until('a line for every attempt', () => attemptedLines().length === 3);
  for (const attempt of attempts) {
    const [line, ...others] = attemptedLines().filter(({ id }) => id === attempt.id);
    assert.equal(others.length, 0);
    const { time: _time, level, ...fields } = line ?? {};
    assert.equal(level, 'info');
    const { id, webhook_id, delivery_id, response_status_code, execution_duration, success } =
      attempt;
    assert.deepEqual(fields, {
      event: 'delivery.attempted',
      ...{ id, webhook_id, delivery_id, response_status_code, execution_duration, success },
      ...meaning[response_status_code],
    });
  }
  await Promise.all([worker.end(), server.end()]);
  const databasePassword = new URL(database.url).password;
  const printed = [
    worker.output.stdout,
    worker.output.stderr,
    server.output.stdout,
    server.output.stderr,
  ].join('\n');
  for (const secret of [
    'secret-payload',
    'secret-token',
    'url-password',
    'answer-body',
    databasePassword || 'none',
  ]) {
    assert.ok(!printed.includes(secret), `${secret} was printed`);
  }

  function attemptedLines() {
    return worker.lines.filter(({ event }) => event === 'delivery.attempted');
  }
});
