import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE, type Tx } from '../database/transaction.ts';
import { LEASE_SECONDS } from './heartbeat.ts';
import { QUEUE, SCHEMA } from './names.ts';

/** A job that this process owns until it ends it or stops keeping it alive. */
export type Claim = {
  jobId: string;
  /**
   * The fencing token: tells this claim from earlier and later ones of the same job, whatever a
   * crash undid.
   */
  generation: string;
  deliveryId: string;
  webhookId: string;
  /**
   * How often claims of this delivery have run out so far: a hint that workers may die on it, never
   * a proof.
   */
  crashes: number;
  /** It came to the queue within the last second. */
  isNew: boolean;
  /**
   * An isolated send of which an earlier claim did not see the end (see NextJob.doubt); undefined
   * where there is none.
   */
  doubt?: string;
};

/**
 * The moment of a claim, in microseconds, as text: the same whatever the settings of a session are.
 * A claim is ours while its job is active since that very moment: the end of a lease, a later
 * claim, and a crash that undid this one all change it.
 */
export const GENERATION = '(extract(epoch from started_on) * 1000000)::bigint::text';

export type ClaimRequest = {
  limit: number;
  /** Which end of the queue to look at. */
  from: 'oldest' | 'newest';
  /** Most jobs of each of these webhooks, at least 1. */
  rooms: ReadonlyMap<string, number>;
  /** Of these webhooks no jobs. */
  leftOut: string[];
  /** Of these webhooks only jobs that came within the last second. */
  onlyNew: string[];
  /** Most jobs of any other webhook. */
  otherwise: number;
};

/**
 * A claimed job that cannot be understood. `key` is the delivery that it was made for, as the queue
 * knows it.
 */
export type DamagedJob = { jobId: string; generation: string; key: string | null };

export type ClaimedBatch = {
  claims: Claim[];
  damaged: DamagedJob[];
  /** There is more that was due, or may be. */
  more: boolean;
  /** Jobs lie behind those that were looked at, due or not. */
  hidden: boolean;
};

/**
 * A claim of the newest looks at this many jobs at most, so that its cost is bounded whatever
 * waits.
 */
const NEWEST = 2000;

/**
 * Without statistics, or with old ones, PostgreSQL would rather read and sort all that waits than
 * follow the order of the index.
 */
const IN_INDEX_ORDER = `${NOT_DURABLE}; set local enable_sort = off; set local enable_bitmapscan = off`;

/** Claims due jobs of `table`, the partition that holds the jobs of our queue. */
export async function claimJobs(
  pool: Pool,
  table: string,
  request: ClaimRequest,
): Promise<ClaimedBatch> {
  const take = request.from === 'oldest' ? takeOldest : takeNewest;
  // A claim that a crash of the database undoes is made again by somebody, and what its owner sends
  // meanwhile is not recorded.
  const { rows, more, hidden } = await inTransaction(
    pool,
    (tx) => take(tx, table, request),
    IN_INDEX_ORDER,
  );
  const claimed: ClaimedBatch = { claims: [], damaged: [], more, hidden };
  for (const row of rows) {
    const claim = claimOf(row);
    if (claim) claimed.claims.push(claim);
    else claimed.damaged.push({ jobId: row.id, generation: row.generation, key: row.key });
  }
  return claimed;
}

export type JobRow = {
  id: string;
  generation: string;
  data: unknown;
  webhookId: string | null;
  key: string | null;
  retryCount: number;
  isNew: boolean;
};
type Taken = { rows: JobRow[]; more: boolean; hidden: boolean };

/**
 * Read in the order of pg-boss's index job_i11. The conditions are those of pg-boss's own fetch.
 */
async function takeOldest(tx: Tx, table: string, request: ClaimRequest): Promise<Taken> {
  const { rows } = await tx.query<JobRow & { due: number }>(
    `with due as (
       select id, group_id, created_on from ${table}
       where name = '${QUEUE}' and state < 'active' and not blocked and start_after <= now()
         and ${IS_WANTED}
       order by priority desc, created_on
       limit $1
       for update skip locked
     ), next as (
       ${FEW_OF_EACH}
     )
     ${claimNext(table)}, (select count(*)::integer from due) as due`,
    parameters(request),
  );
  const due = rows[0]?.due ?? 0;
  return { rows, more: due === request.limit || due > rows.length, hidden: false };
}

/**
 * The newest jobs are found in the same index, from its other end: all of ours have priority 0.
 * They are locked one by one, as many as may be taken, which keeps their order without a sort.
 * There the state is compared as text, as PostgreSQL would with old statistics look up each of them
 * by reading all that are due.
 */
async function takeNewest(tx: Tx, table: string, request: ClaimRequest): Promise<Taken> {
  const { rows } = await tx.query<{ seen: number; due: number } & (JobRow | { id: null })>(
    `with newest as materialized (
       select id, start_after, group_id, created_on from ${table}
       where name = '${QUEUE}' and state < 'active' and not blocked
       order by priority, created_on desc
       limit ${NEWEST}
     ), due as materialized (
       select free.id, newest.group_id, newest.created_on from newest cross join lateral (
         select job.id from ${table} as job
         where job.name = '${QUEUE}' and job.id = newest.id
           and job.state::text in ('created', 'retry') and job.start_after <= now()
         for update skip locked
       ) as free
       where newest.start_after <= now() and ${IS_WANTED}
       limit $1
     ), next as (
       ${FEW_OF_EACH}
     ), claimed as (
       ${claimNext(table)}
     )
     select looked.seen, looked.due, claimed.*
     from (
       select (select count(*) from newest)::integer as seen,
         (select count(*) from due)::integer as due
     ) as looked
     left join claimed on true`,
    parameters(request),
  );
  const { seen = 0, due = 0 } = rows[0] ?? {};
  const taken = rows.filter((row) => row.id !== null);
  return {
    rows: taken,
    more: due === request.limit || due > taken.length,
    hidden: seen === NEWEST,
  };
}

const IS_NEW = `created_on > now() - interval '1 second'`;
const IS_WANTED = `(group_id is null or group_id <> all ($2::text[]) and (${IS_NEW} or group_id <> all ($5::text[])))`;

/**
 * Of the jobs that are due, as many of each webhook as there is room for. The others are only
 * locked until the end of the transaction.
 */
const FEW_OF_EACH = `
  select ranked.id
  from (
    select id, group_id, row_number() over (partition by group_id order by created_on) as nth
    from due
  ) as ranked
  where ranked.nth <= coalesce(($3::jsonb ->> ranked.group_id)::integer, $4::integer)`;

function parameters({ limit, rooms, leftOut, onlyNew, otherwise }: ClaimRequest): unknown[] {
  return [limit, leftOut, JSON.stringify(Object.fromEntries(rooms)), otherwise, onlyNew];
}

/**
 * `retry_count` goes up as with pg-boss, so that workers of version 2.1 count and fence alike. The
 * lease is written because theirs is longer.
 */
const claimNext = (table: string) => `
  update ${table} as job set state = 'active', started_on = now(), heartbeat_on = now(),
    heartbeat_seconds = ${LEASE_SECONDS},
    retry_count = job.retry_count + case when job.started_on is not null then 1 else 0 end
  from next
  where job.name = '${QUEUE}' and job.id = next.id
  returning job.id, ${GENERATION} as generation, job.data, job.group_id as "webhookId",
    job.singleton_key as key, job.retry_count as "retryCount", job.${IS_NEW} as "isNew"`;

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** `deaths` is the name that version 2.1 has for claims that were lost before this job. */
type JobData = { deliveryId?: unknown; deaths?: unknown; doubt?: unknown };

/**
 * @returns undefined where the row is damaged: one that is not ours to understand must not stop the
 * others.
 */
export function claimOf({
  id,
  generation,
  data,
  webhookId,
  retryCount,
  isNew,
}: JobRow): Claim | undefined {
  if (typeof data !== 'object' || data === null || !isUuid(webhookId)) return undefined;
  const { deliveryId, deaths, doubt }: JobData = data;
  if (!isUuid(deliveryId)) return undefined;
  const crashes = (typeof deaths === 'number' ? deaths : 0) + retryCount;
  return {
    jobId: id,
    generation,
    deliveryId,
    webhookId,
    crashes,
    isNew,
    ...(typeof doubt === 'string' ? { doubt } : {}),
  };
}

/** The partition that holds the jobs of our queue; undefined where the queue is missing. */
export async function findJobTable(db: Queryable): Promise<string | undefined> {
  const { rows } = await db.query<{ table: string }>(
    `select '${SCHEMA}.' || quote_ident(table_name) as table from ${SCHEMA}.queue where name = '${QUEUE}'`,
  );
  return rows[0]?.table;
}
