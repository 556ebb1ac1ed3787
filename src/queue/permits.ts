import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { Claim } from './claim.ts';
import { GENERATION } from './claim-statement.ts';
import { QUEUE, SCHEMA } from './names.ts';

/**
 * A permit lets a claim send to a webhook with a `max_concurrency`. It counts for as long as that
 * very claim is held, so it has no time of its own: what ends, returns or extends the claim does
 * the same to the permit, and so does the end of its lease where its worker is gone. Then the row
 * of the permit means nothing, and is deleted some time.
 *
 * A claim may be undone by a crash of PostgreSQL, as its commit does not wait for the disk. A claim
 * with a permit is not: the commit of the permit waits for the disk, on which everything that was
 * committed before it is then.
 */

/** In this form each permit's job is looked up, whatever the statistics say. */
const CLAIM_OF_PERMIT = `
  cross join lateral (
    select count(*)::integer as held from ${SCHEMA}.job
    where name = '${QUEUE}' and id = permit.job_id and state = 'active'
      and ${GENERATION} = permit.generation
  ) as claim`;

/** Permits of a webhook: those in use, and rows of claims that are over. */
export type PermitCount = { used: number; over: number };

/**
 * Counts the permits of webhooks; those without any are left out. The caller holds their states, so
 * nobody else gets one meanwhile.
 */
export async function countPermits(
  tx: Tx,
  webhookIds: string[],
): Promise<Map<string, PermitCount>> {
  const { rows } = await tx.query<PermitCount & { id: string }>(
    `select permit.webhook_id as id, sum(claim.held)::integer as used,
       sum(1 - claim.held)::integer as over
     from webhook_permits permit ${CLAIM_OF_PERMIT}
     where permit.webhook_id = any ($1::uuid[])
     group by permit.webhook_id`,
    [webhookIds],
  );
  return new Map(rows.map(({ id, ...count }) => [id, count]));
}

/** Gives a permit to each of the claims that is still held. @returns those. */
export async function givePermits(tx: Tx, claims: Claim[]): Promise<Set<Claim>> {
  if (claims.length === 0) return new Set();
  const { rows } = await tx.query<{ id: string }>(
    `insert into webhook_permits (job_id, webhook_id, generation)
     select permit.job_id, permit.webhook_id, permit.generation
     from unnest($1::uuid[], $2::uuid[], $3::text[]) as permit (job_id, webhook_id, generation)
     ${CLAIM_OF_PERMIT}
     where claim.held = 1
     on conflict (job_id) do update
     set webhook_id = excluded.webhook_id, generation = excluded.generation
     returning job_id as id`,
    [
      claims.map(({ jobId }) => jobId),
      claims.map(({ webhookId }) => webhookId),
      claims.map(({ generation }) => generation),
    ],
  );
  const given = new Set(rows.map(({ id }) => id));
  return new Set(claims.filter(({ jobId }) => given.has(jobId)));
}

/** Deletes the permits of claims that are over. One that somebody holds is left for later. */
export async function deletePermitsOver(db: Queryable): Promise<void> {
  await db.query(deleteOver(''));
}

/** The same for some webhooks. */
export async function deletePermitsOverOf(tx: Tx, webhookIds: string[]): Promise<void> {
  if (webhookIds.length === 0) return;
  await tx.query(deleteOver('and permit.webhook_id = any ($1::uuid[])'), [webhookIds]);
}

const deleteOver = (ofWebhooks: string) => `
  with over as (
    select permit.job_id from webhook_permits permit ${CLAIM_OF_PERMIT}
    where claim.held = 0 ${ofWebhooks}
    for update of permit skip locked
  )
  delete from webhook_permits where job_id = any (array(select job_id from over))`;

/** Permits in use, of all webhooks. */
export async function countPermitsInUse(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ used: number }>(
    `select coalesce(sum(claim.held), 0)::integer as used
     from webhook_permits permit ${CLAIM_OF_PERMIT}`,
  );
  return rows[0]?.used ?? 0;
}
