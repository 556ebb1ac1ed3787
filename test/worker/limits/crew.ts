import { createPool } from '../../../src/database/pool.ts';
import type { Exchange, SendLimits } from '../../../src/sending/send.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { Dispatcher } from '../../../src/worker/dispatcher.ts';
import { changed } from '../../setup/changed.ts';
import { lastFirst, type Cleanup } from '../../setup/last-first.ts';
import { keepingLog, NO_KEYS, type LogLine } from '../../setup/parts.ts';
import { until } from '../../setup/until.ts';
import { addDeliveries } from '../../setup/rows.ts';
import type { WorkerQueue } from '../../setup/worker-queue.ts';
import { ANSWERED } from '../admitted.ts';
import { EVENT_SOURCE } from '../../setup/settings.ts';

/** One send: when it began, `performance.now()`, and how many were under way then. */
export type Start = { url: string; at: number; underWay: number; worker: number };

export type Crew = {
  starts: Start[];
  /** Claim statements, claimed deliveries, and those of them that were returned. */
  counts: { claims: number; claimed: number; returned: number };
  lines: LogLine[];
  /** Waits until so many sends have begun. */
  started(count: number, timeoutMs?: number): Promise<unknown>;
};

type Options = {
  workers: number;
  /** How long a send takes. */
  sendMs: number | ((url: string) => number);
  slots?: number;
};

/** Stores deliveries that are due, with their jobs. */
export async function enqueueNew(
  worker: WorkerQueue,
  webhookId: string,
  count: number,
): Promise<void> {
  const ids = await addDeliveries(worker, webhookId, { count, overdueSeconds: 1 });
  const jobs = ids.map((deliveryId) => ({ deliveryId, webhookId, delaySeconds: 0 }));
  await worker.commit(async (tx) => {
    await worker.queue.enqueue(tx, jobs);
    worker.queue.wake(tx);
  });
}

/**
 * Several dispatchers on one database, each with a queue and connections of its own. Their sends
 * are real but for the request, so that the moment of each start is known exactly.
 */
export async function startCrew(
  t: Cleanup,
  worker: WorkerQueue,
  { workers, sendMs, slots = 50 }: Options,
): Promise<Crew> {
  const starts: Start[] = [];
  const underWay = new Map<string, number>();
  const counts = { claims: 0, claimed: 0, returned: 0 };
  const log = keepingLog();
  const move = (url: string, by: number) => {
    const count = (underWay.get(url) ?? 0) + by;
    underWay.set(url, count);
    return count;
  };
  const senderOf = (nth: number) => ({
    async send({ url }: { url: string }, { mayBegin }: SendLimits): Promise<Exchange> {
      if (mayBegin?.() === false) return { kind: 'aborted' };
      starts.push({ url, at: performance.now(), underWay: move(url, 1), worker: nth });
      const ms = typeof sendMs === 'number' ? sendMs : sendMs(url);
      await new Promise((resolve) => setTimeout(resolve, ms));
      move(url, -1);
      return ANSWERED;
    },
    close() {},
  });
  for (let nth = 0; nth < workers; nth += 1) {
    const queue = await worker.another();
    const counting = changed(queue, {
      async claim(request) {
        const claimed = await queue.claim(request);
        counts.claims += 1;
        counts.claimed += claimed.claims.length;
        return claimed;
      },
      async return(tx, claims, delaySeconds) {
        counts.returned += claims.length;
        return queue.return(tx, claims, delaySeconds);
      },
    });
    const pool = createPool(worker.connection, { max: 5, name: 'crew', log });
    const sender = senderOf(nth);
    const dispatcher = new Dispatcher(
      {
        pool,
        queue: counting,
        sender,
        isolatedSender: sender,
        metrics: createMetrics(),
        log,
        vault: NO_KEYS,
      },
      {
        ...{ slots, share: slots, pollingIntervalMs: 1000, bytesInFlight: 1_000_000 },
        retryAfterMaxSeconds: 3600,
        eventSource: EVENT_SOURCE,
      },
    );
    await queue.listen(() => dispatcher.wake());
    dispatcher.start();
    lastFirst(t).after(async () => {
      await dispatcher.stop(0);
      await pool.end();
    });
  }
  return {
    ...{ starts, counts, lines: log.lines },
    started: (count, timeoutMs) =>
      until(`${count} sends began`, () => starts.length >= count, timeoutMs),
  };
}
