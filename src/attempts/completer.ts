import { isTransient, sqlStateOf } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { shareCommits } from '../database/shared-commit.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Attempted } from './deliver.ts';
import type { ClaimableQueue } from '../queue/queue.ts';
import { settle, type Settled } from './settle.ts';
import type { Verdict } from './verdict.ts';

export type Completer = {
  /**
   * Resolves with true when the attempt is recorded, and with false when it is found not to be ours
   * to record.
   */
  record(attempted: Attempted): Promise<boolean>;
  /** From now on a database that does not answer is not waited for long. */
  hurry(): void;
};

/**
 * Most text in one transaction: it is in memory several times over on its way into the database.
 */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/**
 * Up to here a failure that passes is nothing to speak of: a deadlock, or a connection that was
 * lost.
 */
const QUIET_FAILURES = 2;

/** Parts of what waits are tried one by one: not each of them tells. */
const TELL_EVERY_MS = 5000;

type CompleterParts = { pool: Pool; queue: ClaimableQueue; metrics: Metrics; log: Log };

/** Records attempts, those that come while a commit is under way together in the next one. */
export function createCompleter({ pool, queue, metrics, log }: CompleterParts): Completer {
  let hurried = false;
  let toldAt = -Infinity;

  async function recordAll(attempts: Attempted[]): Promise<boolean[]> {
    metrics.settleBatch.observe(attempts.length);
    const settled = await inTransaction(pool, (tx) => settle(tx, queue, attempts));
    for (const one of settled) tell(one);
    const recorded = new Set(settled.map(({ claim }) => claim));
    return attempts.map(({ claim }) => recorded.has(claim));
  }

  /** After the commit, as only now it is a fact. */
  function tell({ row, attempt, verdict, ageSeconds, unlisted }: Settled): void {
    const { webhook_id, delivery_id, response_status_code, execution_duration, success } = row;
    log.info('delivery.attempted', {
      ...(unlisted ? {} : { id: row.id }),
      webhook_id,
      delivery_id,
      attempt,
      response_status_code,
      execution_duration,
      success,
      ...verdictFields(verdict),
    });
    metrics.attempts.inc({ outcome: verdict.kind });
    metrics.attemptSeconds.observe(execution_duration / 1000);
    if (attempt === 1) metrics.firstAttemptSeconds.observe(ageSeconds);
    if (success) metrics.successSeconds.observe(ageSeconds);
  }

  const recordTogether = shareCommits(recordAll, {
    maxBatch: 200,
    weight: { of: bytesOf, max: MAX_BATCH_BYTES },
    maxWaiting: Infinity,
    // Repeating is safe: a claim that is no longer ours records nothing. Meanwhile its slot is
    // taken and nothing new is claimed.
    retryDelayMs(failures, error) {
      if (failures > QUIET_FAILURES) tellDelay(failures, error);
      return hurried && failures > 3 ? undefined : Math.min(50 * 2 ** failures, 3000);
    },
  });

  function tellDelay(failures: number, error: unknown): void {
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    log.warn('delivery.recording_delayed', { failures, error });
  }

  /**
   * What the database refuses for its data would be refused again after every new send: it is
   * recorded without its texts. Where that is refused too, as by a constraint of somebody else's or
   * for want of a partition, what became of the delivery is recorded alone.
   */
  async function record(attempted: Attempted): Promise<boolean> {
    try {
      return await recordTogether(attempted);
    } catch (error) {
      if (isTransient(error) || attempted.unlisted) throw error;
      return record(reduced(attempted, error));
    }
  }

  function reduced(attempted: Attempted, error: unknown): Attempted {
    const { delivery, attempt, exchange, verdict, unrecordable } = attempted;
    if (unrecordable === undefined) {
      log.warn('delivery.recorded_reduced', { delivery_id: delivery.id, error });
      return { ...attempted, unrecordable: reasonOf(error) };
    }
    const answer =
      exchange.kind === 'response'
        ? { response_status_code: exchange.status }
        : { failure: exchange.message };
    log.error('delivery.recorded_without_attempt', {
      delivery_id: delivery.id,
      attempt,
      ...answer,
      ...verdictFields(verdict),
      error,
    });
    return { ...attempted, unlisted: true };
  }

  return { record, hurry: () => void (hurried = true) };
}

/** What the attempt means for its delivery, for the log. */
function verdictFields(verdict: Verdict): { verdict: Verdict['kind']; delay_seconds?: number } {
  return verdict.kind === 'retry'
    ? { verdict: verdict.kind, delay_seconds: verdict.delaySeconds }
    : { verdict: verdict.kind };
}

function bytesOf({ request, exchange }: Attempted): number {
  return request.body.length + (exchange.kind === 'response' ? exchange.body.length : 0);
}

function reasonOf(error: unknown): string {
  const state = sqlStateOf(error);
  const said =
    state === undefined
      ? 'it failed on our side'
      : `the database refused it with SQLSTATE ${state}`;
  return `request and response are not recorded: ${said}`;
}
