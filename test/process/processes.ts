import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import type { TestDatabase } from '../setup/database.ts';
import { apiAt, type Api } from '../setup/service.ts';

type Cleanup = Pick<TestContext, 'after'>;
type Environment = Record<string, string>;

/** `postmand server` on a database, ready. */
export async function startServer(t: Cleanup, { url }: TestDatabase, env: Environment = {}): Promise<{ server: Command; api: Api }> {
  const server = postmand(t, ['server'], { env: { POSTMAND_DATABASE_URL: url, ...env } });
  const { port } = await server.event('server.started');
  return { server, api: apiAt(`http://127.0.0.1:${Number(port)}`) };
}

/** `postmand worker` on a database, ready. */
export async function startWorker(t: Cleanup, { url }: TestDatabase, env: Environment = {}): Promise<Command> {
  const worker = postmand(t, ['worker'], { env: { POSTMAND_DATABASE_URL: url, ...env } });
  await worker.event('worker.started');
  return worker;
}

/** A folder without a `.env`. */
export function emptyFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'postmand-test-'));
}

/** Deliveries to one receiver, of a webhook each, so that all are sent at the same time. */
export async function deliverAtOnce(api: Api, url: string, count: number): Promise<string[]> {
  const webhooks = await Promise.all(
    Array.from({ length: count }, () => api.createWebhook({ url, delivery_attempt_timeout: 60, max_delivery_attempts: 1 })),
  );
  const deliveries = await Promise.all(webhooks.map(({ id }, i) => api.createDelivery(id, `delivery ${i}`)));
  return deliveries.map(({ id }) => id);
}
