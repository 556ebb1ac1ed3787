import { LEASE_SECONDS } from './heartbeat.ts';
import { QUEUE, REDELIVERY_PRIORITY, TEST_PRIORITY } from './names.ts';

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

/** A statement that claims, as the driver takes it. */
export type ClaimStatement = { name: string; text: string; values: unknown[] };

/**
 * What a claim looked at. Jobs that were claimed have an id; without any there is one row.
 * `redeliveries`: there are jobs of redeliveries, at which a claim of the newest does not look.
 */
export type ClaimRow = { seen: number; due: number; redeliveries: boolean } & (
  | JobRow
  | { id: null }
);

export type JobRow = {
  id: string;
  generation: string;
  data: unknown;
  webhookId: string | null;
  key: string | null;
  retryCount: number;
  isNew: boolean;
};

/**
 * The moment of a claim, in microseconds, as text: the same whatever the settings of a session are.
 * A claim is ours while its job is active since that very moment: the end of a lease, a later
 * claim, and a crash that undid this one all change it.
 */
export const GENERATION = '(extract(epoch from started_on) * 1000000)::bigint::text';

/**
 * A claim of the newest looks at this many jobs at most, so that its cost is bounded whatever
 * waits.
 */
export const NEWEST = 2000;

/**
 * The statement of a request. `table` is the partition that holds the jobs of our queue. It is a
 * whole transaction, whose commit does not wait for the disk: a claim that a crash of the database
 * undoes is made again by somebody, and what its owner sends meanwhile is not recorded.
 */
export function claimStatement(table: string, request: ClaimRequest): ClaimStatement {
  const { limit, from, rooms, leftOut, onlyNew, otherwise } = request;
  return {
    name: `postmand-claim-${from}`,
    text: from === 'oldest' ? ofOldest(table) : ofNewest(table),
    values: [limit, leftOut, JSON.stringify(Object.fromEntries(rooms)), otherwise, onlyNew],
  };
}

/** What of a claim tests have: the oldest ones are claimed, whenever they came. */
export type TestsRequest = Pick<ClaimRequest, 'limit' | 'rooms' | 'leftOut' | 'otherwise'>;

/** The same for jobs of tests. Others are not looked at. */
export function testsStatement(table: string, request: TestsRequest): ClaimStatement {
  const { limit, rooms, leftOut, otherwise } = request;
  return {
    name: 'postmand-claim-tests',
    text: ofTests(table),
    values: [limit, leftOut, JSON.stringify(Object.fromEntries(rooms)), otherwise],
  };
}

const IS_NEW = `created_on > now() - interval '1 second'`;

/**
 * Tests and redeliveries have an end of that index for themselves, so that this bounds what is read
 * of it.
 */
const IS_USUAL = `priority > ${TEST_PRIORITY}`;

/** In this form PostgreSQL hashes the lists, also where it plans before it knows them. */
const IS_WANTED = `(group_id is null or group_id not in (select unnest($2::text[]))
  and (${IS_NEW} or group_id not in (select unnest($5::text[]))))`;

/**
 * Of the jobs that are due, as many of each webhook as there is room for. The others are only
 * locked until the end of the transaction.
 */
const FEW_OF_EACH = `
  select ranked.place
  from (
    select place, group_id,
      row_number() over (partition by group_id order by priority desc, created_on) as nth
    from due
  ) as ranked
  where ranked.nth <= coalesce(($3::jsonb ->> ranked.group_id)::integer, $4::integer)`;

/**
 * `retry_count` goes up as with pg-boss, so that workers of version 2.1 count and fence alike. The
 * lease is written because theirs is longer.
 *
 * Jobs are found again by their places (ctid), which nobody else changes while they are locked. By
 * their ids, a plan that was made while the queue was empty read all that waits for each job that
 * was claimed: 20 ms a claim. A job that somebody has just changed has a place that this claim does
 * not see, and is left for the next one.
 */
const claimNext = (table: string) => `
  update ${table} as job set state = 'active', started_on = now(), heartbeat_on = now(),
    heartbeat_seconds = ${LEASE_SECONDS},
    retry_count = job.retry_count + case when job.started_on is not null then 1 else 0 end
  from next
  where job.ctid = next.place
  returning job.id, ${GENERATION} as generation, job.data, job.group_id as "webhookId",
    job.singleton_key as key, job.retry_count as "retryCount", job.${IS_NEW} as "isNew"`;

/** The setting ends with the transaction, so that no other one has it. */
const looked = (seen = '0', redeliveries = 'false') => `
  select looked.seen, looked.due, looked.redeliveries, claimed.*,
    (select set_config('synchronous_commit', 'off', true)) as "commit"
  from (
    select ${seen} as seen, ${redeliveries} as redeliveries,
      (select count(*) from due)::integer as due
  ) as looked
  left join claimed on true`;

/**
 * Read in the order of pg-boss's index job_i11: redeliveries come last. The conditions are those of
 * pg-boss's own fetch.
 */
const ofOldest = (table: string) => `
  with due as materialized (
    select ctid as place, group_id, priority, created_on from ${table}
    where name = '${QUEUE}' and state < 'active' and not blocked and start_after <= now()
      and priority <> ${TEST_PRIORITY} and ${IS_WANTED}
    order by priority desc, created_on
    limit $1
    for update skip locked
  ), next as (
    ${FEW_OF_EACH}
  ), claimed as (
    ${claimNext(table)}
  )
  ${looked()}`;

/**
 * The newest jobs are found in the same index, from its other end: all of these have priority 0.
 * They are locked one by one, as many as may be taken, which keeps their order without a sort. That
 * there are redeliveries is told by one row at the end of the index.
 */
const ofNewest = (table: string) => `
  with newest as materialized (
    select ctid as place, start_after, group_id, priority, created_on from ${table}
    where name = '${QUEUE}' and state < 'active' and not blocked and ${IS_USUAL}
    order by priority, created_on desc
    limit ${NEWEST}
  ), due as materialized (
    select free.place, newest.group_id, newest.priority, newest.created_on
    from newest cross join lateral (
      select job.ctid as place from ${table} as job
      where job.ctid = newest.place and job.state < 'active' and job.start_after <= now()
      for update skip locked
    ) as free
    where newest.start_after <= now() and ${IS_WANTED}
    limit $1
  ), next as (
    ${FEW_OF_EACH}
  ), claimed as (
    ${claimNext(table)}
  )
  ${looked('(select count(*) from newest)::integer', hasRedeliveries(table))}`;

const hasRedeliveries = (table: string) => `exists (
      select from ${table}
      where name = '${QUEUE}' and state < 'active' and not blocked
        and priority <= ${REDELIVERY_PRIORITY}
    )`;

/** However many other jobs wait, it reads only those of tests: their end of the same index. */
const ofTests = (table: string) => `
  with due as materialized (
    select ctid as place, group_id, priority, created_on from ${table}
    where name = '${QUEUE}' and state < 'active' and not blocked and start_after <= now()
      and priority = ${TEST_PRIORITY}
      and (group_id is null or group_id not in (select unnest($2::text[])))
    order by priority desc, created_on
    limit $1
    for update skip locked
  ), next as (
    ${FEW_OF_EACH}
  ), claimed as (
    ${claimNext(table)}
  )
  ${looked()}`;
