import type { PgBoss } from 'pg-boss';
import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import { executor, startBoss } from './boss.ts';
import { CHANNEL, QUEUE } from './names.ts';
import type { DeliveryQueue } from './queue.ts';

/**
 * The queue for a process that only adds to it; every statement runs in a caller's transaction.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openQueue(pool: Pool, log: Log): Promise<DeliveryQueue> {
  return addingTo(await startBoss(pool, log));
}

function addingTo(boss: PgBoss): DeliveryQueue {
  return {
    async enqueue(tx, jobs) {
      const inserts = jobs.map(({ deliveryId, webhookId, delaySeconds, crashes, doubt }) => ({
        // Version 2.1 reads the number of crashes under this name.
        data: {
          deliveryId,
          ...(crashes ? { deaths: crashes } : {}),
          ...(doubt === undefined ? {} : { doubt }),
        },
        singletonKey: deliveryId,
        group: { id: webhookId },
        startAfter: delaySeconds,
      }));
      if (inserts.length > 0) await boss.insert(QUEUE, inserts, { db: executor(tx) });
    },
    wake: async (tx) => void (await tx.query(`select pg_notify($1, '')`, [CHANNEL])),
    close: () => boss.stop({ graceful: false }),
  };
}
