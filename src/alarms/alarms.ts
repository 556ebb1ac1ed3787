import { randomUUID } from 'node:crypto';
import { isOfRow, isOutdated, sqlStateOf } from '../database/failure.ts';
import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Alarm } from './alarm.ts';
import { keepFailures, type Failure } from './failures.ts';

/** Tells operators what happened. Without a webhook for them nothing is done: `NO_ALARMS`. */
export type Alarms = {
  /** Somebody is told: what only an alarm needs is not looked up otherwise. */
  readonly isOn: boolean;
  /**
   * Raises alarms in the transaction of what they tell of, so that both are committed or neither.
   * It never makes that transaction fail, unless the database does so to any statement.
   */
  raise(tx: Tx, alarms: Alarm[]): Promise<void>;
  /** Keeps deliveries that failed in this transaction, to be told of together later. */
  keepFailures(tx: Tx, failures: Failure[]): void;
};

export const NO_ALARMS: Alarms = {
  isOn: false,
  raise: () => Promise.resolve(),
  keepFailures() {},
};

/** `wake`: has those told, at the commit, who take in what was committed to the outbox. */
type AlarmParts = {
  webhookId: string;
  /** Left out: nobody counts. */
  metrics?: Pick<Metrics, 'alarms'>;
  log: Log;
  wake?: (tx: Tx) => void;
};

/** That alarms reach nobody is logged at most so often. */
const LOG_EVERY_MS = 60_000;

/**
 * Alarms as deliveries of the alert webhook. They go through the outbox, as those of an application
 * do. None is ever about that webhook itself: each one that failed would be followed by another.
 */
export class WebhookAlarms implements Alarms {
  readonly isOn = true;
  readonly #parts: AlarmParts;
  #loggedAt = -Infinity;

  constructor(parts: AlarmParts) {
    this.#parts = parts;
  }

  async raise(tx: Tx, alarms: Alarm[]): Promise<void> {
    const others = alarms
      .filter(({ webhookId }) => webhookId !== this.#parts.webhookId)
      .map((alarm) => ({ ...alarm, deliveryId: randomUUID() }));
    if (others.length === 0) return;
    if (!(await this.#insert(tx, others))) return;
    this.#parts.wake?.(tx);
    tx.afterCommit(() => {
      for (const one of others) this.#tell(one);
    });
  }

  keepFailures(tx: Tx, failures: Failure[]): void {
    const others = failures.filter(({ webhookId }) => webhookId !== this.#parts.webhookId);
    if (others.length > 0) keepFailures(tx, others);
  }

  /** Logs where alarms would reach nobody, so that it is known before there is one. */
  async check(db: Queryable): Promise<void> {
    const { rowCount } = await db.query(
      'select from webhooks where id = $1 and active and deleted_at is null',
      [this.#parts.webhookId],
    );
    if (rowCount === 0) this.#logWithout();
  }

  /**
   * What the database refuses for the rows of alarms alone, as by somebody's trigger, is undone
   * alone. @returns whether they are stored.
   */
  async #insert(tx: Tx, alarms: Raised[]): Promise<boolean> {
    tx.later('savepoint alarms', []);
    try {
      const { rowCount } = await tx.query(INSERT, [
        this.#parts.webhookId,
        alarms.map(({ deliveryId }) => deliveryId),
        alarms.map(({ type }) => type),
        alarms.map(({ webhookId }) => webhookId),
        alarms.map(({ data }) => JSON.stringify(data)),
      ]);
      tx.later('release savepoint alarms', []);
      if (rowCount === 0) this.#logWithout();
      return rowCount !== 0;
    } catch (error) {
      if (!isOfRow(error) && !isOfStatement(error)) throw error;
      // Without the savepoint it was a statement before it that was refused.
      await tx.query('rollback to savepoint alarms').catch(() => Promise.reject(error));
      this.#parts.log.error('alarm.refused', { types: alarms.map(({ type }) => type), error });
      return false;
    }
  }

  #tell({ type, webhookId, deliveryId }: Raised): void {
    this.#parts.metrics?.alarms.inc({ type });
    const about = webhookId === null ? {} : { webhook_id: webhookId };
    this.#parts.log.info('alarm.raised', { type, ...about, delivery_id: deliveryId });
  }

  #logWithout(): void {
    if (performance.now() - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = performance.now();
    this.#parts.log.warn('alarm.without_webhook', {
      webhook_id: this.#parts.webhookId,
      advice:
        'alarms reach nobody: POSTMAND_ALERT_WEBHOOK_ID must be the id of an active webhook of this database',
    });
  }
}

type Raised = Alarm & { deliveryId: string };

/**
 * A name or a right that is missing, as in the function of somebody's trigger. The same transaction
 * would meet it again and again.
 */
function isOfStatement(error: unknown): boolean {
  return sqlStateOf(error)?.startsWith('42') === true && !isOutdated(error);
}

/**
 * The webhook is kept until the commit. One that is just being removed is not waited for: it is
 * there no more.
 */
const INSERT = `
  with receiver as (
    select id from webhooks where id = $1 and deleted_at is null for key share skip locked
  )
  insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
    held_reason, parked_at, outbox_place, metadata, created_at, updated_at)
  select alarm.id, receiver.id,
    concat('{"type":', to_json(alarm.type), ',"timestamp":', to_json(
      to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    ), ',"data":{', case when alarm.webhook_id is not null then concat(
      '"webhook_id":"', alarm.webhook_id, '","webhook_name":',
      coalesce(to_json(about.name), 'null'), ',') end, substr(alarm.data, 2), '}'),
    now(), 0, 'pending', 'outbox', now(), nextval('outbox_places'),
    jsonb_build_object('type', alarm.type), now(), now()
  from receiver
  cross join unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[]) with ordinality
    as alarm (id, type, webhook_id, data, place)
  left join webhooks about on about.id = alarm.webhook_id
  order by alarm.place`;
