import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { LEASE_SECONDS } from '../../src/queue/heartbeat.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import { freshDatabase } from '../setup/database.ts';
import { startPostgres } from './postgres.ts';
import { startReceiver } from '../setup/receiver.ts';
import type { Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';

/** The lease of a worker that is gone, the next look for it, and the longest pause of claims. */
const BACK_MS = LEASE_SECONDS * 1000 + 500 + 5000;

/**
 * How much later than it was sent a request may arrive on a busy machine, in relation to others:
 * the bound is exact where sends begin, and that is tested with the dispatcher.
 */
const LATE_MS = 250;

/** What a receiver sees of one webhook. */
class Seen {
  open = 0;
  most = 0;
  readonly times: number[] = [];

  came(response: ServerResponse): void {
    this.open += 1;
    this.most = Math.max(this.most, this.open);
    this.times.push(performance.now());
    response.on('close', () => void (this.open -= 1));
  }
}

const post = async (api: Api, webhookId: string, count: number) => {
  for (let i = 0; i < count; i += 20)
    await Promise.all(
      Array.from({ length: 20 }, (_one, n) => api.createDelivery(webhookId, `${i + n}`)),
    );
};

// Takes as long as a lease, about 10 s.
test('three workers, two of them killed with SIGKILL → limits hold all the while, and their permits come back when their leases are over', async (t) => {
  const database = await freshDatabase(t);
  const [few, slow] = [new Seen(), new Seen()];
  const receiver = await startReceiver(t, ({ path }, response) => {
    (path === '/few' ? few : slow).came(response);
    setTimeout(() => response.end(), path === '/few' ? 300 : 5);
  });
  const { api } = await startServer(t, database);
  const workers = await Promise.all([1, 2, 3].map(() => startWorker(t, database)));
  const rate_limit = { count: 10, per_seconds: 1, burst: 5 };
  const url = receiver.url;
  const ofFew = await api.createWebhook({ url: `${url}/few`, max_concurrency: 3 });
  const ofSlow = await api.createWebhook({ url: `${url}/slow`, rate_limit });
  await Promise.all([post(api, ofFew.id, 400), post(api, ofSlow.id, 600)]);
  await until('three at a time', () => few.open === 3);

  // Three permits are at one, two or three workers: most likely these two have some.
  for (const worker of workers.slice(1)) await worker.end('SIGKILL');
  const killedAt = performance.now();
  await until('three at a time again', () => few.open === 3, BACK_MS + 20_000);
  t.diagnostic(`three at a time again after ${Math.round(performance.now() - killedAt)} ms`);
  await until('some more', () => slow.times.length >= 150, 60_000);

  assert.equal(few.most, 3);
  const { burst, count } = rate_limit;
  for (const [i, first] of slow.times.entries())
    for (const [n, last] of slow.times.slice(i).entries())
      assert.ok(n + 1 <= burst + ((last - first + LATE_MS) * count) / 1000, `${n + 1} requests`);
});

test('PostgreSQL crashes again and again → no permit that a worker has is forgotten', async (t) => {
  const postgres = await startPostgres(t);
  const few = new Seen();
  const receiver = await startReceiver(t, (_request, response) => {
    few.came(response);
    setTimeout(() => response.end(), 700);
  });
  const { api } = await startServer(t, postgres.database);
  await Promise.all([1, 2, 3].map(() => startWorker(t, postgres.database)));
  const webhook = await api.createWebhook({ url: receiver.url, max_concurrency: 3 });
  await post(api, webhook.id, 200);
  for (let round = 0; round < 4; round += 1) {
    const before = few.times.length;
    await until('some more', () => few.times.length >= before + 5, 60_000);
    await postgres.crash();
    await postgres.restart();
  }
  const before = few.times.length;
  await until('some more', () => few.times.length >= before + 10, 60_000);
  assert.equal(few.most, 3);
});
