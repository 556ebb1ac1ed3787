import { NO_ALARMS, type Alarms } from '../alarms/alarms.ts';
import { isTransient, sqlStateOf } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { SharedCommits } from '../database/shared-commit.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Recorder } from '../statistics/recorder.ts';
import type { Log } from '../telemetry/log.ts';
import { traceField, traceIdOf } from '../telemetry/trace-context.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { FailedReason } from '../deliveries/delivery.ts';
import { tellBlocked } from '../deliveries/fail.ts';
import type { Attempted } from './deliver.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import { reportChange } from '../webhooks/health/report-change.ts';
import { raiseAlarms } from './raise-alarms.ts';
import { blockedKeyOf, settle, type Settled } from './settle.ts';
import type { Verdict } from './verdict.ts';

/**
 * Most text in one transaction: it is in memory several times over on its way into the database.
 */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/** Up to here a failure that passes is not logged: a deadlock, or a connection that was lost. */
const QUIET_FAILURES = 2;

/** What waits is tried in parts, one by one: at most one failure in this time is logged. */
const LOG_DELAY_EVERY_MS = 5000;

type CompleterParts = {
  pool: Pool;
  queue: ClaimableQueue;
  metrics: Metrics;
  statistics?: Recorder;
  alarms?: Alarms;
  log: Log;
};

/** What an attempt is counted as. */
const RESULTS = { succeeded: 'succeeded', retry: 'retried', failed: 'failed' } as const;

/** Records attempts, those that come while a commit is under way together in the next one. */
export class Completer {
  readonly #parts: CompleterParts;
  readonly #shared: SharedCommits<Attempted, boolean>;
  #isHurried = false;
  #delayLoggedAt = -Infinity;

  constructor(parts: CompleterParts) {
    this.#parts = parts;
    this.#shared = new SharedCommits((attempts: Attempted[]) => this.#recordAll(attempts), {
      maxBatch: 200,
      weight: { of: bytesOf, max: MAX_BATCH_BYTES },
      maxWaiting: Infinity,
      retryDelayMs: (failures, error) => this.#retryDelayMs(failures, error),
    });
  }

  /**
   * Records an attempt. What the database refuses for its data would be refused again after every
   * new send: it is recorded without its texts. Where that is refused too, as by somebody else's
   * constraint or a missing partition, only what becomes of the delivery is recorded.
   * @returns false where the attempt is not ours to record.
   * @throws where the database refuses that as well, or where it does not answer after `hurry`.
   */
  async complete(attempted: Attempted): Promise<boolean> {
    try {
      return await this.#shared.add(attempted);
    } catch (error) {
      if (isTransient(error) || attempted.unlisted) throw error;
      return this.complete(this.#reduced(attempted, error));
    }
  }

  /** From now on a database that does not answer is not waited for long. */
  hurry(): void {
    this.#isHurried = true;
  }

  async #recordAll(attempts: Attempted[]): Promise<boolean[]> {
    const { pool, queue, metrics, alarms = NO_ALARMS } = this.#parts;
    metrics.settleBatch.observe(attempts.length);
    const { settled, changes } = await inTransaction(pool, async (tx) => {
      const done = await settle(tx, queue, attempts);
      await raiseAlarms(tx, alarms, done);
      return done;
    });
    // After the commit: only then is the outcome certain.
    for (const one of settled) this.#report(one);
    for (const change of changes) reportChange(this.#parts.log, change);
    const recorded = new Set(settled.map(({ claim }) => claim));
    return attempts.map(({ claim }) => recorded.has(claim));
  }

  #report(settled: Settled): void {
    const { row, attempt, verdict, unlisted, delivery, spanContext } = settled;
    const { webhook_id, delivery_id, response_status_code, execution_duration, success } = row;
    this.#parts.log.info('delivery.attempted', {
      ...(unlisted ? {} : { id: row.id }),
      webhook_id,
      delivery_id,
      attempt,
      response_status_code,
      execution_duration,
      success,
      ...traceField(delivery.trace_context),
      ...(spanContext === undefined ? {} : { attempt_trace_id: traceIdOf(spanContext) }),
      ...(delivery.test ? { test: true } : {}),
      ...verdictFields(verdict),
    });
    const blocked = { id: delivery_id, webhookId: webhook_id };
    if (blockedKeyOf(settled) !== null) tellBlocked(this.#parts.log, blocked);
    if (!delivery.test) this.#count(settled);
  }

  /** Tests are not counted: they say nothing about the traffic. */
  #count({ row, attempt, verdict, ageSeconds, isShownHeld }: Settled): void {
    const { metrics, statistics } = this.#parts;
    const { webhook_id, execution_duration, success } = row;
    statistics?.attempted(webhook_id, RESULTS[verdict.kind], execution_duration);
    if (isShownHeld) statistics?.note(webhook_id, 'held');
    metrics.attempts.inc({ outcome: verdict.kind });
    if (verdict.kind === 'failed') metrics.failed.inc({ reason: verdict.reason });
    metrics.attemptSeconds.observe(execution_duration / 1000);
    if (attempt === 1) metrics.firstAttemptSeconds.observe(ageSeconds);
    if (success) metrics.successSeconds.observe(ageSeconds);
  }

  /**
   * Repeating is safe: a claim that is no longer ours records nothing. Meanwhile its slot is taken
   * and nothing new is claimed.
   */
  #retryDelayMs(failures: number, error: unknown): number | undefined {
    if (failures > QUIET_FAILURES) this.#logDelay(failures, error);
    return this.#isHurried && failures > 3 ? undefined : Math.min(50 * 2 ** failures, 3000);
  }

  #logDelay(failures: number, error: unknown): void {
    if (performance.now() - this.#delayLoggedAt < LOG_DELAY_EVERY_MS) return;
    this.#delayLoggedAt = performance.now();
    this.#parts.log.warn('delivery.recording_delayed', { failures, error });
  }

  /** The same attempt with less of it to record: first without its texts, then without its row. */
  #reduced(attempted: Attempted, error: unknown): Attempted {
    const { delivery, attempt, exchange, verdict, unrecordable } = attempted;
    if (unrecordable === undefined) {
      this.#parts.log.warn('delivery.recorded_reduced', {
        delivery_id: delivery.id,
        ...traceField(delivery.trace_context),
        error,
      });
      return { ...attempted, unrecordable: reasonOf(error) };
    }
    const answer =
      exchange.kind === 'response'
        ? { response_status_code: exchange.status }
        : { failure: exchange.message };
    this.#parts.log.error('delivery.recorded_without_attempt', {
      delivery_id: delivery.id,
      ...traceField(delivery.trace_context),
      attempt,
      ...answer,
      ...verdictFields(verdict),
      error,
    });
    return { ...attempted, unlisted: true };
  }
}

/** What an attempt means for its delivery, for the log. */
function verdictFields(verdict: Verdict): VerdictFields {
  switch (verdict.kind) {
    case 'succeeded':
      return { verdict: verdict.kind };
    case 'retry':
      return { verdict: verdict.kind, delay_seconds: verdict.delaySeconds };
    case 'failed':
      return { verdict: verdict.kind, failed_reason: verdict.reason };
  }
}

type VerdictFields = {
  verdict: Verdict['kind'];
  delay_seconds?: number;
  failed_reason?: FailedReason;
};

function bytesOf({ request, exchange }: Attempted): number {
  const sent = request?.body.length ?? 0;
  return sent + (exchange.kind === 'response' ? exchange.body.length : 0);
}

function reasonOf(error: unknown): string {
  const state = sqlStateOf(error);
  const said =
    state === undefined
      ? 'it failed on our side'
      : `the database refused it with SQLSTATE ${state}`;
  return `request and response are not recorded: ${said}`;
}
