import { randomUUID } from 'node:crypto';
import type { PgBoss } from 'pg-boss';
import type { Connection } from '../database/connection.ts';
import { Notifications } from '../database/notifications.ts';
import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import { atMost } from '../process/at-most.ts';
import type { Log } from '../telemetry/log.ts';
import { QueueNotReady, startBoss } from './boss.ts';
import {
  claimJobs,
  claimTests,
  findJobTable,
  type Claim,
  type ClaimedBatch,
  type DamagedJob,
} from './claim.ts';
import { claimingIn, claimingOn, openClaimSession, type RunClaim } from './claim-session.ts';
import type { ClaimRequest, TestsRequest } from './claim-statement.ts';
import { DeliveryQueue, FOR_OUTBOX, FOR_TEST, placeSaid } from './delivery-queue.ts';
import {
  endSilent,
  FutureHeartbeats,
  lookAhead,
  pauseUntilNextEnd,
  WITHOUT_SORT,
} from './heartbeat.ts';
import { FOR_LEASES, openLeaseSessions } from './lease-session.ts';
import { withoutJob } from './missing-job.ts';
import { CHANNEL } from './names.ts';
import { quietMs } from './outlook.ts';
import { giveTurnBack, LISTENER, TAKE_TURN, takeTurnByRow } from './turn.ts';
import { endClaims, extendClaims, failClaims, returnClaims } from './ownership.ts';

/**
 * The longest time without a look at the queue. What a process of version 2.1 adds comes without a
 * notification now and then, and a LISTEN connection may be dead for 15 s before that is noticed.
 */
const LONGEST_QUIET_MS = 10_000;

/**
 * `log` tells what goes wrong beside the calls. `sessions`: another way to the database, for what
 * needs a session of its own.
 */
export type QueueParts = {
  pool: Pool;
  connection: Connection;
  sessions?: Connection | undefined;
  log: Log;
};

/** Connections that the queue keeps for itself. Without one for claims, they are made on `pool`. */
export type QueueConnections = { leases: number; claims: number };

/**
 * The queue for a worker. It has connections of its own for the leases, so that they never wait
 * behind anything else, and for claims. LISTEN takes one more where `listen` is called.
 * @throws QueueNotReady when the database has no queue that this version can use.
 */
export async function openClaimableQueue(
  parts: QueueParts,
  { leases, claims }: QueueConnections,
): Promise<ClaimableQueue> {
  const boss = await startBoss(parts.pool, parts.log);
  const table = await findJobTable(parts.pool);
  if (table === undefined) throw new QueueNotReady('The queue in this database is missing.');
  const target = { ...parts, server: parts.pool.server };
  const session = claims > 0 ? openClaimSession(target, claims) : undefined;
  // In a process that starts this takes 0.2 s, and the claim that had to wait for it would have the
  // next one wait for twice as long. Where it fails, the first claim tries again.
  await session?.query('select').catch(() => {});
  return new ClaimableQueue(boss, parts, {
    table,
    upkeep: openLeaseSessions(
      { ...target, connection: sessionsOf(parts) ?? parts.connection },
      leases,
    ),
    ...(session ? { claims: session } : {}),
  });
}

/**
 * `table`: the partition that holds the jobs of our queue. `upkeep`, `claims`: connections for
 * leases, and for claims.
 */
type Own = { table: string; upkeep: Pool; claims?: Pool };

/** The queue as a worker sees it. */
export class ClaimableQueue extends DeliveryQueue {
  readonly #parts: QueueParts;
  readonly #table: string;
  readonly #upkeep: Pool;
  readonly #claims: Pool | undefined;
  readonly #future = new FutureHeartbeats();
  readonly #worker = randomUUID();
  #notifications: Notifications | undefined;
  #onOutbox: (place?: number) => void = () => {};

  constructor(boss: PgBoss, parts: QueueParts, { table, upkeep, claims }: Own) {
    super(boss);
    this.#parts = parts;
    this.#table = table;
    this.#upkeep = upkeep;
    this.#claims = claims;
  }

  /**
   * Claims due jobs. A row that cannot be read is put aside and logged. `more`: there may be more
   * that this request would have taken.
   */
  async claim(request: ClaimRequest): Promise<Omit<ClaimedBatch, 'damaged'>> {
    return this.#withoutDamaged(claimJobs(this.#run(), this.#table, request));
  }

  /** Claims up to `limit` due jobs of test deliveries, in the same way. */
  async claimTests(request: TestsRequest): Promise<Omit<ClaimedBatch, 'damaged'>> {
    return this.#withoutDamaged(claimTests(this.#run(), this.#table, request));
  }

  /** Ends claims that are still ours. @returns those that were. */
  async finish(tx: Tx, claims: Claim[]): Promise<Set<Claim>> {
    return endClaims(tx, this.#table, claims);
  }

  /** Connections that never wait for long, for short reads beside the leases. */
  get upkeep(): Queryable {
    return this.#upkeep;
  }

  /** Extends the lease of claims. @returns those that are still ours. */
  async keepAlive(claims: Claim[]): Promise<Set<Claim>> {
    return inTransaction(this.#upkeep, (tx) => extendClaims(tx, this.#table, claims), FOR_LEASES);
  }

  /**
   * Returns claims unspent, in place: same age, same count, due again after `delaySeconds` (0:
   * at once). Those no longer ours are left alone. Who returns what others can send wakes them.
   */
  async return(tx: Tx, claims: Claim[], delaySeconds = 0): Promise<void> {
    await returnClaims(tx, this.#table, { claims, delaySeconds });
  }

  /**
   * Ends the leases of owners that were not heard of for a lease. @returns how many, and after
   * which time another one may have run out.
   */
  async endLost(): Promise<{ ended: number; pauseMs: number }> {
    const pass = async (tx: Tx) => {
      const ended = await endSilent(tx, this.#table, this.#future.overdue());
      if (ended > 0) this.wake(tx);
      return { ended, ahead: await lookAhead(tx, this.#table) };
    };
    const begin = `${FOR_LEASES}; ${WITHOUT_SORT}`;
    const { ended, ahead } = await inTransaction(this.#upkeep, pass, begin);
    this.#future.note(ahead.future);
    return { ended, pauseMs: pauseUntilNextEnd(ahead) };
  }

  /** @returns those of the deliveries that have no live job, waiting or claimed. */
  async withoutJob(tx: Tx, deliveryIds: string[]): Promise<Set<string>> {
    return withoutJob(tx, deliveryIds);
  }

  /** Whether there is a way to the database that keeps a session, as `listen` needs it. */
  get mayListen(): boolean {
    return sessionsOf(this.#parts) !== undefined;
  }

  /**
   * Calls `onWake` when work was added, `onChanged` with the id of a webhook whose requests have
   * changed, and `onTest` when nothing but a test was added; the first two, without an id, after
   * every time that notifications may have been missed. @throws what keeps it from listening now;
   * it is tried again until `close`
   */
  async listen(
    onWake: () => void,
    onChanged: (webhookId?: string) => void = () => {},
    onTest: () => void = () => {},
  ): Promise<void> {
    const prove = () => inTransaction(this.#parts.pool, async (tx) => this.wake(tx), NOT_DURABLE);
    const session = { ...listenerOf(this.#parts), prove };
    this.#notifications = new Notifications(session, (told) => {
      if (told === FOR_TEST) return onTest();
      if (told?.startsWith(FOR_OUTBOX)) return this.#onOutbox(placeSaid(told));
      // Those of version 2.1 say nothing: they tell of work.
      if (told !== '') onChanged(told);
      if (!told) onWake();
    });
    await this.#notifications.start();
  }

  /** From now on this is called when it is said that something waits in the outbox, and where. */
  onOutbox(heard: (place?: number) => void): void {
    this.#onOutbox = heard;
  }

  /**
   * How many milliseconds there is nothing to claim, unless `onWake` is called: 0 where there may
   * be something now, or where nobody would call it. At most 10 s, for what came without a word.
   */
  async quietMs(): Promise<number> {
    if (this.#notifications?.isHeard !== true) return 0;
    return Math.min(LONGEST_QUIET_MS, await quietMs(this.#parts.pool, this.#table));
  }

  /**
   * Whether the upkeep of all workers is for this one to do. One that nobody notifies has no
   * session to hold the lock in, and does it as well, unless a pooler keeps all like it from that.
   * Undefined: there is no such session just now, so that nobody could be asked.
   */
  async hasTurn(): Promise<boolean | undefined> {
    if (!this.mayListen)
      return inTransaction(this.#upkeep, (tx) => takeTurnByRow(tx, this.#worker), FOR_LEASES);
    const rows = await this.#notifications?.ask<{ mine: boolean }>({
      name: 'postmand_turn',
      text: TAKE_TURN,
    });
    return rows?.[0]?.mine;
  }

  override async close(): Promise<void> {
    await this.#notifications?.close();
    if (!this.mayListen) await atMost(1000, this.#giveTurnBack()).catch(() => {});
    await super.close();
    // A connection that went silent never closes.
    await atMost(1000, Promise.all([this.#upkeep.end(), this.#claims?.end()]));
  }

  #giveTurnBack(): Promise<void> {
    return inTransaction(this.#upkeep, (tx) => giveTurnBack(tx, this.#worker), FOR_LEASES);
  }

  #run(): RunClaim {
    return this.#claims ? claimingOn(this.#claims) : claimingIn(this.#parts.pool);
  }

  async #withoutDamaged(claiming: Promise<ClaimedBatch>): Promise<Omit<ClaimedBatch, 'damaged'>> {
    const { damaged, ...claimed } = await claiming;
    if (damaged.length > 0) await this.#failDamaged(damaged);
    return claimed;
  }

  /**
   * In a transaction of its own, and once: where it fails, the lease of these rows runs out and the
   * next claim tries again.
   */
  async #failDamaged(damaged: DamagedJob[]): Promise<void> {
    const { pool, log } = this.#parts;
    try {
      await inTransaction(pool, (tx) => failClaims(tx, this.#table, damaged));
      for (const { jobId, key } of damaged) log.warn('queue.row_set_aside', { job_id: jobId, key });
    } catch (error) {
      log.warn('queue.error', { error });
    }
  }
}

/** The way to the database that keeps a session; undefined where there is none. */
function sessionsOf({ sessions, connection }: QueueParts): Connection | undefined {
  return sessions ?? (connection.pooler === 'transaction' ? undefined : connection);
}

function listenerOf(parts: QueueParts) {
  const { connection, log, pool } = parts;
  const { server } = pool;
  return {
    connection: sessionsOf(parts) ?? connection,
    channel: CHANNEL,
    name: LISTENER,
    server,
    log,
  };
}
