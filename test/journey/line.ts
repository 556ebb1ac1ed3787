import type { TestContext } from 'node:test';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { keepingLog, type LogLine } from '../setup/parts.ts';
import { startReceiver, type Answer, type Receiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere, type Api } from '../setup/service.ts';

export type Line = TestDatabase & {
  api: Api;
  receiver: Receiver;
  /** What the API and the worker logged as an error so far. */
  errors(): LogLine[];
  /** Starts the worker, where it was not started with the line. `settings` are environment variables. */
  startWorker(settings?: Record<string, string>): Promise<void>;
};

/** API, database and a receiver, all real, in this process. */
export async function openLine(t: TestContext, answer?: Answer): Promise<Line> {
  const database = await freshDatabase(t);
  const log = keepingLog();
  const api = await startApi(t, database, log);
  const receiver = await startReceiver(t, answer);
  const errors = () => log.lines.filter(({ level }) => level === 'error');
  return { ...database, api, receiver, errors, startWorker: (settings = {}) => startWorkerHere(t, database, settings, log) };
}

/** The whole line, with a worker. */
export async function startLine(t: TestContext, answer?: Answer): Promise<Line> {
  const line = await openLine(t, answer);
  await line.startWorker();
  return line;
}

/** The number of jobs in the queue, whatever their state. */
export async function jobCount({ pool }: TestDatabase): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`select count(*)::integer as count from pgboss.job where name = 'deliveries'`);
  return rows[0]?.count ?? 0;
}
