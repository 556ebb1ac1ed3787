import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { postmand, type Command } from '../setup/command.ts';
import type { TestDatabase } from '../setup/database.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { apiAt, type Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';

type Environment = Record<string, string>;

/** A process starts within a second, and much later on a machine that others keep busy. */
const STARTED_MS = 60_000;

/** `root`: another version's source tree. `descriptors`: most files that it may have open. */
type Start = { url: string; root?: string | undefined; descriptors?: number | undefined };

/** `postmand server` on a database, ready. */
export async function startServer(
  t: Cleanup,
  { url, root, descriptors }: Start,
  env: Environment = {},
): Promise<{ server: Command; api: Api }> {
  const server = postmand(t, ['server'], {
    env: { POSTMAND_DATABASE_URL: url, ...env },
    root,
    descriptors,
  });
  const { port } = await server.event('server.started', STARTED_MS);
  return { server, api: apiAt(`http://127.0.0.1:${Number(port)}`) };
}

/** `postmand worker` on a database, ready. */
export async function startWorker(
  t: Cleanup,
  { url, root, descriptors }: Start,
  env: Environment = {},
): Promise<Command> {
  const worker = postmand(t, ['worker'], {
    env: { POSTMAND_DATABASE_URL: url, ...env },
    root,
    descriptors,
  });
  await worker.event('worker.started', STARTED_MS);
  return worker;
}

/** Waits until a command that is starting is connected to its database. */
export async function connected(
  { pool }: TestDatabase,
  command: 'server' | 'worker',
): Promise<void> {
  await until(`the ${command} is connected`, async () => {
    const { rowCount } = await pool.query(
      'select from pg_stat_activity where datname = current_database() and application_name = $1',
      [`postmand ${command}`],
    );
    return rowCount;
  });
}

export type Ending = Awaited<Command['exited']>;

/** How the command ended. @throws when it does not end by itself. */
export async function ending(command: Command, timeoutMs = 15_000): Promise<Ending> {
  let end: Ending | undefined;
  void command.exited.then((ended) => (end = ended));
  return until('the end of the process', () => end, timeoutMs).catch((error: unknown) => {
    throw new Error(
      `the process goes on; it printed: ${command.output.stderr || command.output.stdout}`,
      { cause: error },
    );
  });
}

/**
 * A signal that counts as a second one, whatever the first was. The same signal within half a
 * second counts as the first one, reported twice.
 */
export async function endAgain(command: Command, signal: NodeJS.Signals): Promise<Ending> {
  await new Promise((resolve) => setTimeout(resolve, 600));
  command.process.kill(signal);
  return ending(command);
}

/** An empty folder, without a `.env` in it, gone after the test. */
export async function emptyFolder(t: Cleanup): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-test-'));
  lastFirst(t).after(() => rm(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

/** Deliveries to one receiver, of a webhook each, so that all are sent at the same time. */
export async function deliverAtOnce(api: Api, url: string, count: number): Promise<string[]> {
  const webhooks = await Promise.all(
    Array.from({ length: count }, () =>
      api.createWebhook({ url, delivery_attempt_timeout: 60, max_delivery_attempts: 1 }),
    ),
  );
  const deliveries = await Promise.all(
    webhooks.map(({ id }, i) => api.createDelivery(id, `delivery ${i}`)),
  );
  return deliveries.map(({ id }) => id);
}
