import type { Connection } from '../database/connection.ts';
import { createPool, type Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import type { ServerState } from '../database/server-state.ts';
import type { Log } from '../telemetry/log.ts';
import type { ClaimRow, ClaimStatement } from './claim-statement.ts';

/** Runs the statement of a claim and commits it. */
export type RunClaim = (statement: ClaimStatement) => Promise<ClaimRow[]>;

/**
 * The plan of a claim follows from the form of its statement and from these settings, whatever the
 * statistics say. Without them, or with old ones, PostgreSQL would rather read and sort all that
 * waits than follow the order of an index. With them it can keep the plan as well.
 */
const BY_INDEX = {
  enable_sort: 'off',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

/**
 * A connection for claims alone. Its statements are planned once, and none of them needs a
 * transaction around it: so a claim is one round trip. It stays open while nothing comes, as the
 * next delivery would wait for another one.
 */
export function openClaimSession(
  { server, connection, log }: { server: ServerState; connection: Connection; log: Log },
  max: number,
): Pool {
  const settings = { ...BY_INDEX, plan_cache_mode: 'force_generic_plan' };
  const name = 'postmand worker claims';
  return createPool(connection, { max, name, log, server, idleMs: 0, settings });
}

/**
 * On a connection of `openClaimSession`. A claim whose answer was lost with its connection is not
 * known to anybody, whether it is made again or not: its lease runs out.
 */
export function claimingOn(session: Pool): RunClaim {
  return async (statement) => (await session.query<ClaimRow>(statement)).rows;
}

const BEGIN = [
  'begin',
  ...Object.entries(BY_INDEX).map(([name, value]) => `set local ${name} = ${value}`),
];

/** On any connection, where there is none to spare for claims: the same for two round trips. */
export function claimingIn(pool: Pool): RunClaim {
  return ({ text, values }) =>
    inTransaction(
      pool,
      async (tx) => (await tx.query<ClaimRow>(text, values)).rows,
      BEGIN.join('; '),
    );
}
