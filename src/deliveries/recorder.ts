import type { Pool } from '../database/pool.ts';
import { shareCommits } from '../database/shared-commit.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../log.ts';
import type { Attempted } from './deliver.ts';
import type { ClaimableQueue } from './queue.ts';
import { settle } from './settle.ts';

export type Recorder = {
  /** Resolves when the attempt is recorded, or is found not to be ours to record. */
  record(attempted: Attempted): Promise<void>;
  /** From now on a database that does not answer is not waited for long. */
  hurry(): void;
};

/** Records attempts, those that come while a commit is under way together in the next one. A log line for each that counts. */
export function createRecorder(pool: Pool, queue: ClaimableQueue, log: Log): Recorder {
  let hurried = false;

  async function recordAll(attempts: Attempted[]): Promise<void[]> {
    const settled = await inTransaction(pool, (tx) => settle(tx, queue, attempts));
    for (const { row } of settled) {
      const { id, webhook_id, delivery_id, response_status_code, execution_duration, success } = row;
      log.info('delivery.attempted', { id, webhook_id, delivery_id, response_status_code, execution_duration, success });
    }
    return attempts.map(() => undefined);
  }

  return {
    record: shareCommits(recordAll, {
      maxBatch: 200,
      maxWaiting: Infinity,
      // Repeating is safe: a claim that is no longer ours records nothing. Meanwhile its slot is taken and nothing new is claimed.
      retryDelayMs: (failures) => (hurried && failures > 3 ? undefined : Math.min(50 * 2 ** failures, 3000)),
    }),
    hurry: () => void (hurried = true),
  };
}
