import type { Tx } from '../database/transaction.ts';
import type { Claim } from './claim.ts';

/**
 * What an owner does with its claims. A claim is ours while its job is active since the very moment of that claim: the end of a
 * lease, a later claim, and a crash that undid this one all change that.
 *
 * The state is compared as text to keep PostgreSQL from its index on states: with statistics from a moment without active jobs it
 * takes them for none, and compares every active job with every claim.
 */
const IS_OURS = `job.name = 'deliveries' and job.id = given.id and job.started_on = given.generation and job.state::text = 'active'`;

const GIVEN = 'unnest($1::uuid[], $2::timestamptz[]) with ordinality as given (id, generation, nth)';

/** Ends claims. @returns those that were still ours. */
export async function endClaims(tx: Tx, table: string, claims: Claim[]): Promise<Set<Claim>> {
  return ofOurs(tx, claims, `delete from ${table} as job using ${GIVEN} where ${IS_OURS} returning given.nth::integer`);
}

/**
 * Extends the leases of claims. One whose row somebody has locked is ours and needs no extension: it is just being recorded. To wait for
 * that transaction, which may hang, would cost the leases of all the others.
 * @returns those that are still ours.
 */
export async function extendClaims(tx: Tx, table: string, claims: Claim[]): Promise<Set<Claim>> {
  return ofOurs(
    tx,
    claims,
    `with free as (
       select job.id from ${GIVEN} join ${table} as job on ${IS_OURS}
       for update of job skip locked
     ), extended as (
       update ${table} as job set heartbeat_on = now() from free where job.name = 'deliveries' and job.id = free.id
     )
     select given.nth::integer from ${GIVEN} join ${table} as job on ${IS_OURS}`,
  );
}

/** Gives claims back unspent: the job keeps its age and its count, and the next claim of it counts none more. */
export async function returnClaims(tx: Tx, table: string, claims: Claim[], delaySeconds: number): Promise<void> {
  const { ids, generations } = inOneOrder(claims);
  await tx.query(
    `update ${table} as job set state = 'created', started_on = null, heartbeat_on = null, start_after = now() + make_interval(secs => $3)
     from ${GIVEN} where ${IS_OURS}`,
    [ids, generations, delaySeconds],
  );
}

async function ofOurs(tx: Tx, claims: Claim[], sql: string): Promise<Set<Claim>> {
  if (claims.length === 0) return new Set();
  const { sorted, ids, generations } = inOneOrder(claims);
  const { rows } = await tx.query<{ nth: number }>(sql, [ids, generations]);
  return new Set(rows.map(({ nth }) => sorted[nth - 1] as Claim));
}

/** Rows are locked in the order in which they are given: with one order for all, no two statements wait for each other. */
function inOneOrder(claims: Claim[]) {
  const sorted = claims.toSorted((one, other) => (one.jobId < other.jobId ? -1 : 1));
  return { sorted, ids: sorted.map(({ jobId }) => jobId), generations: sorted.map(({ generation }) => generation) };
}
