import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { keepingLog, type LogLine } from '../setup/parts.ts';
import { startReceiver, type Answer, type Receiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere, type Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';

export type Line = TestDatabase & {
  api: Api;
  receiver: Receiver;
  /** What the API and the worker logged as an error so far. */
  errors(): LogLine[];
  /**
   * Starts a worker, where none was started with the line or one more is wanted. `settings` are
   * environment variables.
   */
  startWorker(settings?: Record<string, string>): Promise<void>;
};

/** API, database and a receiver, all real, in this process. */
export async function openLine(t: Cleanup, answer?: Answer): Promise<Line> {
  const database = await freshDatabase(t);
  const log = keepingLog();
  const api = await startApi(t, database, { log });
  const receiver = await startReceiver(t, answer);
  const errors = () => log.lines.filter(({ level }) => level === 'error');
  return {
    ...database,
    api,
    receiver,
    errors,
    startWorker: (settings = {}) => startWorkerHere(t, database, { settings, log }),
  };
}

/** The whole line, with a worker. */
export async function startLine(t: Cleanup, answer?: Answer): Promise<Line> {
  const line = await openLine(t, answer);
  await line.startWorker();
  return line;
}

/** The number of jobs in the queue, whatever their state: all, or those of a delivery. */
export async function jobCount({ pool }: TestDatabase, deliveryId?: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from postmand_queue.job where name = 'deliveries' and ($1::text is null or data->>'deliveryId' = $1)`,
    [deliveryId ?? null],
  );
  return rows[0]?.count ?? 0;
}

/**
 * Lets the retry of a delivery that waits for it come now, as soon as there is one: in the queue,
 * or among those that are due later.
 */
export async function makeDue({ pool }: TestDatabase, deliveryId: string): Promise<void> {
  await until('a retry waits', async () => {
    const { rows } = await pool.query<{ waits: boolean }>(
      `with due as (
         update deliveries set scheduled_at = now() where id = $1::uuid
         returning held_reason = 'later' as is_later
       ), moved as (
         update postmand_queue.job set start_after = now()
         where name = 'deliveries' and state = 'created' and start_after > now()
           and data->>'deliveryId' = $1::text
         returning id
       )
       select exists (select from due where is_later) or exists (select from moved) as waits`,
      [deliveryId],
    );
    return rows[0]?.waits;
  });
}
