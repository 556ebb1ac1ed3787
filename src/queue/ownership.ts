import type { Tx } from '../database/transaction.ts';
import type { Claim } from './claim.ts';
import { GENERATION } from './claim-statement.ts';
import { UNWRITTEN_LEASE_SECONDS } from './heartbeat.ts';
import { QUEUE } from './names.ts';

/**
 * As pairs in one list, which PostgreSQL hashes: measured against a join with the two lists, a
 * seventh of the time with the statistics of a table that was just filled.
 */
const IS_OURS = `name = '${QUEUE}' and state = 'active' and id = any ($1::uuid[])
  and id::text || ' ' || ${GENERATION} = any ($2::text[])`;

/** Ends claims. @returns those that were still ours. */
export async function endClaims(tx: Tx, table: string, claims: Claim[]): Promise<Set<Claim>> {
  return ofOurs(
    tx,
    claims,
    `delete from ${table} where ${IS_OURS} returning id, ${GENERATION} as generation`,
  );
}

/**
 * Extends the leases of claims. One whose row somebody has locked is ours and needs no extension:
 * it is just being recorded. To wait for that transaction, which may hang, would cost the leases of
 * all the others.
 * @returns those that are still ours.
 */
export async function extendClaims(tx: Tx, table: string, claims: Claim[]): Promise<Set<Claim>> {
  return ofOurs(
    tx,
    claims,
    `with free as (
       select id from ${table} where ${IS_OURS} for update skip locked
     ), extended as (
       update ${table} set heartbeat_on = now()
       where name = '${QUEUE}' and id = any (array(select id from free))
     )
     select id, ${GENERATION} as generation from ${table} where ${IS_OURS}`,
  );
}

/**
 * Returns claims unspent: the job keeps its age and its count, and the next claim of it counts
 * none more.
 */
export async function returnClaims(
  tx: Tx,
  table: string,
  { claims, delaySeconds }: { claims: Claim[]; delaySeconds: number },
): Promise<void> {
  await tx.query(
    `update ${table}
     set state = 'created', started_on = null, heartbeat_on = null,
       heartbeat_seconds = ${UNWRITTEN_LEASE_SECONDS},
       start_after = now() + make_interval(secs => $3)
     where ${IS_OURS}`,
    [...namesOf(claims), delaySeconds],
  );
}

/**
 * Takes claimed jobs out of the queue. They stay in the table as failed ones, so that somebody can
 * look at them.
 */
export async function failClaims(tx: Tx, table: string, claims: Named[]): Promise<void> {
  await tx.query(
    `update ${table} set state = 'failed', completed_on = now() where ${IS_OURS}`,
    namesOf(claims),
  );
}

async function ofOurs(tx: Tx, claims: Claim[], sql: string): Promise<Set<Claim>> {
  if (claims.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string; generation: string }>(sql, namesOf(claims));
  const ours = new Set(rows.map(({ id, generation }) => `${id} ${generation}`));
  return new Set(claims.filter((claim) => ours.has(nameOf(claim))));
}

type Named = Pick<Claim, 'jobId' | 'generation'>;

const nameOf = ({ jobId, generation }: Named) => `${jobId} ${generation}`;

const namesOf = (claims: Named[]) => [claims.map(({ jobId }) => jobId), claims.map(nameOf)];
