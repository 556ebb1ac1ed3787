import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../setup/until.ts';
import { openScene } from './scene.ts';

/** Long enough for the other worker to have come to rest, and to know nothing of the retry. */
const RETRY_SECONDS = 5;

/** The retry, a look at the queue, and the patience of a machine at work. */
const IN_TIME_MS = (RETRY_SECONDS + 10 + 10) * 1000;

test('the worker that knows when a retry is due is killed, and the other one rests → the other one makes it', async (t) => {
  const scene = await openScene(t);
  const backoff = { retry_min_backoff: RETRY_SECONDS, retry_max_backoff: RETRY_SECONDS };
  const webhook = await scene.webhook('/twice', (_arrival, nth) => (nth === 1 ? 503 : 200), {
    end: 'succeeded',
    settings: backoff,
  });
  const workers = [await scene.worker(), await scene.worker()];
  const { id } = await scene.api().createDelivery(webhook.id);
  const first = await until('the first attempt', () =>
    workers.find((worker) => worker.lines.some(({ event }) => event === 'delivery.attempted')),
  );
  await first.end('SIGKILL');
  const settled = await scene.api().settled(id, IN_TIME_MS);
  assert.equal(settled.status, 'succeeded');
  assert.equal(settled.delivery_attempts, 2);
});
