import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Command } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { listening } from '../setup/listening.ts';
import { until } from '../setup/until.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import { sized } from './intensity.ts';
import { metricsOf } from './worker-metrics.ts';

const LARGE = 900_000;
const BOUND = 64 * 1024 ** 2;
const WAITING = sized(60, 300);
const WEBHOOKS = sized(60, 100);

/**
 * Of sends to silent endpoints: then the bytes that they hold are free for webhooks of which
 * nothing is known.
 */
const TIMEOUT_SECONDS = 10;

/** Reads the body to its end, `ms` later. */
function readAfter(request: IncomingMessage, ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(() => request.resume().on('end', resolve), ms));
}

/** What each path does with a request. A silent one reads it and answers when it is told to. */
function answers(
  silence: Promise<void>,
): Record<string, (request: IncomingMessage) => Promise<void>> {
  return {
    silent: async (request) => Promise.all([readAfter(request, 0), silence]).then(() => {}),
    'slow-reading': (request) => readAfter(request, 1500),
    // All of them answer at the same moments, so that many outcomes come at once.
    together: async (request) => {
      await readAfter(request, 0);
      await new Promise((resolve) => setTimeout(resolve, 3000 - (Date.now() % 3000)));
    },
    healthy: (request) => readAfter(request, 0),
  };
}

test('hundreds of payloads of 0.9 MB for endpoints of every sort, and a heap of 512 MB → the bytes are bounded, and all arrive', async (t) => {
  const database = await freshDatabase(t);
  const silence = Promise.withResolvers<void>();
  const behave = answers(silence.promise);
  const arrived = new Map<string, number>();
  const server = createServer((request, response) => {
    const kind = (request.url ?? '').split('/')[1] ?? '';
    response.on('finish', () => arrived.set(kind, (arrived.get(kind) ?? 0) + 1));
    void behave[kind]?.(request).then(() => response.end());
  });
  const url = `http://127.0.0.1:${await listening(t, server)}`;
  const { api } = await startServer(t, database);
  const payload = JSON.stringify({ text: 'x'.repeat(LARGE) });
  const posted = new Map<string, number>();
  const post = async (
    kind: string,
    { webhooks, each, body }: { webhooks: number; each: number; body: string },
  ) => {
    for (let n = 0; n < webhooks; n += 1) {
      const patience =
        kind === 'silent'
          ? { delivery_attempt_timeout: TIMEOUT_SECONDS, max_delivery_attempts: 100 }
          : { delivery_attempt_timeout: 120 };
      const { id } = await api.createWebhook({ url: `${url}/${kind}/${n}`, ...patience });
      for (let i = 0; i < each; i += 1) await api.createDelivery(id, body);
    }
    posted.set(kind, (posted.get(kind) ?? 0) + webhooks * each);
  };
  await post('silent', { webhooks: WEBHOOKS, each: 1, body: payload });
  for (const kind of ['slow-reading', 'together', 'healthy'])
    await post(kind, { webhooks: 4, each: WAITING / 4, body: payload });

  const worker = await startWorker(t, database, { NODE_OPTIONS: '--max-old-space-size=512' });
  const watch = watchMemory(worker);
  await post('healthy', { webhooks: 2, each: 20, body: '{"small":true}' });
  const all = (...kinds: string[]) => kinds.every((kind) => arrived.get(kind) === posted.get(kind));
  await until(
    'all but those for silent endpoints arrive',
    () => all('slow-reading', 'together', 'healthy'),
    150_000,
  ).catch((error: unknown) => {
    throw new Error(`arrived: ${JSON.stringify([...arrived])}; ${worker.output.stderr}`, {
      cause: error,
    });
  });
  silence.resolve();
  await until(
    'all are recorded',
    async () => {
      const { rows } = await database.pool.query<{ n: number }>(
        `select count(*)::integer as n from deliveries where status <> 'succeeded'`,
      );
      return rows[0]?.n === 0;
    },
    120_000,
  );
  const most = await watch.end();
  const mb = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;
  t.diagnostic(
    `payloads ${mb(most.payloads)}, heap ${mb(most.heap)}, beside it ${mb(most.external)}, peak of the process ${mb(most.rss)}`,
  );
  assert.ok(most.payloads > BOUND / 4, 'payloads were held');
  assert.ok(most.payloads <= BOUND, `${most.payloads} bytes`);
  assert.deepEqual(
    [worker.process.exitCode, worker.process.signalCode],
    [null, null],
    worker.output.stderr,
  );
  assert.deepEqual(
    worker.lines.filter(({ level }) => level === 'error'),
    [],
  );
});

/** Reads a worker's metrics again and again. @returns the highest figures. */
function watchMemory(worker: Command) {
  const most = { payloads: 0, heap: 0, external: 0, rss: 0 };
  let ended = false;
  const look = async () => {
    while (!ended) {
      const metrics = await metricsOf(worker);
      const note = (key: keyof typeof most, name: string) =>
        void (most[key] = Math.max(most[key], metrics.get(name) ?? 0));
      note('payloads', 'postmand_payload_bytes_in_flight');
      note('heap', 'nodejs_heap_size_used_bytes');
      note('external', 'nodejs_external_memory_bytes');
      note('rss', 'process_resident_memory_bytes');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const looking = look();
  return {
    async end() {
      ended = true;
      await looking;
      // Linux keeps the peak.
      const status = await readFile(`/proc/${worker.process.pid}/status`, 'utf8').catch(() => '');
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
      return { ...most, rss: Math.max(most.rss, peak) };
    },
  };
}
