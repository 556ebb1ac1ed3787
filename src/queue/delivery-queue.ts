import type { PgBoss } from 'pg-boss';
import type { Pool } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import { laterExecutor, startBoss } from './boss.ts';
import { CHANNEL, QUEUE, REDELIVERY_PRIORITY, TEST_PRIORITY } from './names.ts';

/**
 * `crashes` and `doubt` are carried over from the claim before. `test`: it is a test delivery,
 * whose jobs are claimed apart from the others. `redelivered`: it was, with many others, and its
 * job is claimed behind all else.
 */
export type NextJob = {
  deliveryId: string;
  webhookId: string;
  delaySeconds: number;
  test?: boolean;
  redelivered?: boolean;
  crashes?: number;
  doubt?: string;
};

/**
 * The queue for a process that only adds to it; every statement runs in a caller's transaction.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openQueue(pool: Pool, log: Log): Promise<DeliveryQueue> {
  return new DeliveryQueue(await startBoss(pool, log));
}

/** What is said on the channel where nothing but a test was added. */
export const FOR_TEST = 'test';

/**
 * What is said where something was committed to the outbox: only who takes that in need look. A
 * place may follow behind a space.
 */
export const FOR_OUTBOX = 'outbox';

/** The place that was said; undefined: none was. */
export function placeSaid(told: string): number | undefined {
  const place = told.slice(FOR_OUTBOX.length);
  return place === '' ? undefined : Number(place);
}

/** The queue as those see it who put deliveries into it. */
export class DeliveryQueue {
  readonly #boss: PgBoss;

  constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /**
   * Adds a job a delivery, due after its delay, with the next statement or the commit. A delivery
   * that has a live job already keeps that one.
   */
  async enqueue(tx: Tx, jobs: NextJob[]): Promise<void> {
    const inserts = jobs.map(
      ({ deliveryId, webhookId, delaySeconds, crashes, doubt, ...kind }) => ({
        // Version 2.1 reads the number of crashes under this name.
        data: {
          deliveryId,
          ...(crashes ? { deaths: crashes } : {}),
          ...(doubt === undefined ? {} : { doubt }),
        },
        singletonKey: deliveryId,
        group: { id: webhookId },
        startAfter: delaySeconds,
        ...priorityOf(kind),
      }),
    );
    if (inserts.length > 0) await this.#boss.insert(QUEUE, inserts, { db: laterExecutor(tx) });
  }

  /**
   * Wakes every worker when the transaction commits. Once a transaction: notifying ones commit one
   * after the other.
   */
  wake(tx: Tx): void {
    tx.later(`select pg_notify($1, '')`, [CHANNEL]);
  }

  /**
   * Tells every worker, when the transaction commits, that what it has read of a webhook is out of
   * date. For changes of what requests are made of: as with `wake`, such commits wait for each
   * other.
   */
  tellChanged(tx: Tx, webhookId: string): void {
    tx.later('select pg_notify($1, $2)', [CHANNEL, webhookId]);
  }

  /** The same where nothing but a test was added: workers then look for tests alone. */
  wakeForTest(tx: Tx): void {
    tx.later('select pg_notify($1, $2)', [CHANNEL, FOR_TEST]);
  }

  /**
   * The same where deliveries were put into the outbox: there are no new jobs yet. `place`: the
   * first one of theirs, where it was drawn some time ago, so that they are looked for there.
   */
  wakeForOutbox(tx: Tx, place?: number): void {
    const words = place === undefined ? FOR_OUTBOX : `${FOR_OUTBOX} ${place}`;
    tx.later('select pg_notify($1, $2)', [CHANNEL, words]);
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false });
  }
}

function priorityOf({ test, redelivered }: Pick<NextJob, 'test' | 'redelivered'>) {
  if (test === true) return { priority: TEST_PRIORITY };
  return redelivered === true ? { priority: REDELIVERY_PRIORITY } : {};
}
