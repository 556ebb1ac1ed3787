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
  raise(tx: Tx, alarms: Alarm[]): Promise<Raising>;
  /** Keeps deliveries that failed in this transaction, to be told of together later. */
  keepFailures(tx: Tx, failures: Failure[]): void;
};

/**
 * What came of it. `nobody`: there is no webhook that could be told. `refused`: the database did
 * not take them, and the log says why; later it may.
 */
type Raising = 'raised' | 'nobody' | 'refused';

export const NO_ALARMS: Alarms = {
  isOn: false,
  raise: () => Promise.resolve('nobody'),
  keepFailures() {},
};

/**
 * Raises alarms of what was found by a search. Where they are refused, the transaction fails, so
 * that the next search finds the same again.
 */
export async function raiseFound(tx: Tx, alarms: Alarms, found: Alarm[]): Promise<void> {
  if ((await alarms.raise(tx, found)) === 'refused')
    throw new Error('the database took no alarms: they are raised again later');
}

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

  async raise(tx: Tx, alarms: Alarm[]): Promise<Raising> {
    const others = alarms
      .filter(({ webhookId }) => webhookId !== this.#parts.webhookId)
      .map((alarm) => ({ ...alarm, deliveryId: randomUUID() }));
    if (others.length === 0) return 'raised';
    const raising = await this.#insert(tx, others);
    if (raising !== 'raised') return raising;
    this.#parts.wake?.(tx);
    tx.afterCommit(() => {
      for (const one of others) this.#tell(one);
    });
    return raising;
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

  /** What the database refuses for alarms alone, as by somebody's trigger, is undone alone. */
  async #insert(tx: Tx, alarms: Raised[]): Promise<Raising> {
    tx.later('savepoint alarms', []);
    try {
      const isStored = await store(tx, this.#parts.webhookId, alarms);
      tx.later('release savepoint alarms', []);
      if (!isStored) this.#logWithout();
      return isStored ? 'raised' : 'nobody';
    } catch (error) {
      if (!isOfRow(error) && !isOfStatement(error)) throw error;
      // Without the savepoint it was a statement before it that was refused.
      await tx.query('rollback to savepoint alarms').catch(() => Promise.reject(error));
      this.#parts.log.error('alarm.refused', { types: alarms.map(({ type }) => type), error });
      return 'refused';
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
 * A name or a right that is missing, as in the function of somebody's trigger, or a lock that was
 * not to be had in time. The same transaction would meet it again and again.
 */
function isOfStatement(error: unknown): boolean {
  const state = sqlStateOf(error) ?? '';
  return state === LOCK_TIMEOUT || (state.startsWith('42') && !isOutdated(error));
}

/** PostgreSQL's lock_not_available. */
const LOCK_TIMEOUT = '55P03';

/**
 * Stores alarms, and keeps the webhook until the commit. Its row is mostly free. Where somebody has
 * it, as who is about to remove it, that is waited for a second. @returns false: there is none.
 */
async function store(tx: Tx, webhookId: string, alarms: Raised[]): Promise<boolean> {
  const values = [
    webhookId,
    alarms.map(({ deliveryId }) => deliveryId),
    alarms.map(({ type }) => type),
    alarms.map((alarm) => alarm.webhookId),
    alarms.map(({ data }) => JSON.stringify(data)),
  ];
  const stored = await tx.query(insertInto(FREE_RECEIVER), values);
  if (stored.rowCount !== 0) return true;
  const { rows } = await tx.query<{ timeout: string }>(
    `select current_setting('lock_timeout') as timeout from webhooks
     where id = $1 and deleted_at is null`,
    [webhookId],
  );
  if (rows[0] === undefined) return false;
  tx.later(SET_LOCK_TIMEOUT, ['1s']);
  const { rowCount } = await tx.query(insertInto(RECEIVER), values);
  tx.later(SET_LOCK_TIMEOUT, [rows[0].timeout]);
  return rowCount !== 0;
}

const SET_LOCK_TIMEOUT = `select set_config('lock_timeout', $1, true)`;

const RECEIVER = 'select id from webhooks where id = $1 and deleted_at is null for key share';
const FREE_RECEIVER = `${RECEIVER} skip locked`;

const insertInto = (receiver: string) => `
  with receiver as (${receiver})
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
