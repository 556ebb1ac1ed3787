import type { Pool } from '../database/pool.ts';
import { shareCommits } from '../database/shared-commit.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Attempted } from './deliver.ts';
import type { ClaimableQueue } from './queue.ts';
import { settle, type Settled } from './settle.ts';

export type Recorder = {
  /** Resolves when the attempt is recorded, or is found not to be ours to record. */
  record(attempted: Attempted): Promise<void>;
  /** From now on a database that does not answer is not waited for long. */
  hurry(): void;
};

type RecorderParts = { pool: Pool; queue: ClaimableQueue; metrics: Metrics; log: Log };

/** Records attempts, those that come while a commit is under way together in the next one. */
export function createRecorder({ pool, queue, metrics, log }: RecorderParts): Recorder {
  let hurried = false;

  async function recordAll(attempts: Attempted[]): Promise<void[]> {
    metrics.settleBatch.observe(attempts.length);
    for (const settled of await inTransaction(pool, (tx) => settle(tx, queue, attempts))) tell(settled);
    return attempts.map(() => undefined);
  }

  /** After the commit, as only now it is a fact. */
  function tell({ row, attempt, verdict, ageSeconds }: Settled): void {
    const { id, webhook_id, delivery_id, response_status_code, execution_duration, success } = row;
    log.info('delivery.attempted', { id, webhook_id, delivery_id, response_status_code, execution_duration, success });
    metrics.attempts.inc({ outcome: verdict.kind });
    metrics.attemptSeconds.observe(execution_duration / 1000);
    if (attempt === 1) metrics.firstAttemptSeconds.observe(ageSeconds);
    if (success) metrics.successSeconds.observe(ageSeconds);
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
