import type { Queryable } from '../database/pool.ts';
import type { RunClaim } from './claim-session.ts';
import {
  claimStatement,
  NEWEST,
  testsStatement,
  type ClaimRequest,
  type ClaimStatement,
  type JobRow,
  type TestsRequest,
} from './claim-statement.ts';
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
  /** There are redeliveries, at which only a claim of the oldest looks. */
  redeliveries: boolean;
};

/** Claims due jobs of `table`, the partition that holds the jobs of our queue. */
export async function claimJobs(
  run: RunClaim,
  table: string,
  request: ClaimRequest,
): Promise<ClaimedBatch> {
  return claimBy(run, claimStatement(table, request), request.limit);
}

/** Claims due jobs of test deliveries. */
export async function claimTests(
  run: RunClaim,
  table: string,
  request: TestsRequest,
): Promise<ClaimedBatch> {
  return claimBy(run, testsStatement(table, request), request.limit);
}

async function claimBy(
  run: RunClaim,
  statement: ClaimStatement,
  limit: number,
): Promise<ClaimedBatch> {
  const rows = await run(statement);
  const { seen = 0, due = 0, redeliveries = false } = rows[0] ?? {};
  const taken = rows.filter((row) => row.id !== null);
  const claimed: ClaimedBatch = {
    claims: [],
    damaged: [],
    more: due === limit || due > taken.length,
    hidden: seen === NEWEST,
    redeliveries,
  };
  for (const row of taken) {
    const claim = claimOf(row);
    if (claim) claimed.claims.push(claim);
    else claimed.damaged.push({ jobId: row.id, generation: row.generation, key: row.key });
  }
  return claimed;
}

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
