import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { expireLeases } from '../setup/leases.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';

const SENDS = 20;

test('a worker frozen past its lease thaws with answers in hand → the new owner’s outcome stands, nothing is recorded twice', async (t) => {
  const database = await freshDatabase(t);
  const api = await startApi(t, database);
  const open: ServerResponse[] = [];
  const receiver = await startReceiver(t, (_request, response, number) => {
    if (number <= SENDS) open.push(response);
    else response.end('second');
  });
  for (let i = 0; i < SENDS; i += 1) {
    const webhook = await api.createWebhook({ url: `${receiver.url}/${i}`, delivery_attempt_timeout: 60 });
    await api.createDelivery(webhook.id, `delivery ${i}`);
  }
  const env = { POSTMAND_DATABASE_URL: database.url };

  const frozen = postmand(t, ['worker'], { env });
  await receiver.count(SENDS);
  frozen.process.kill('SIGSTOP');
  await expireLeases(database.pool);
  const owner = postmand(t, ['worker'], { env });
  await receiver.count(2 * SENDS);
  await until('the new owner recorded all', () => owner.lines.filter(({ event }) => event === 'delivery.attempted').length === SENDS);

  for (const response of open) response.end('first');
  frozen.process.kill('SIGCONT');
  const end = await frozen.end();

  assert.equal(end.code, 0);
  assert.deepEqual(
    frozen.lines.filter(({ event }) => event === 'delivery.attempted'),
    [],
  );
  const { rows } = await database.pool.query<{ status: string; attempts: number; recorded: string; answer: string }>(
    `select d.status, d.delivery_attempts as attempts, count(a.id) as recorded, min(right(a.raw_response, 6)) as answer
     from deliveries d left join delivery_attempts a on a.delivery_id = d.id group by d.id`,
  );
  assert.deepEqual(
    rows,
    Array.from({ length: SENDS }, () => ({ status: 'succeeded', attempts: 1, recorded: '1', answer: 'second' })),
  );
});
