import type { Queryable } from '../database/pool.ts';
import type { Tx } from '../database/transaction.ts';
import type { NextJob } from '../queue/delivery-queue.ts';
import { REDELIVERY_REASONS, RELEASABLE_REASONS } from './release.ts';

/**
 * Frees one held delivery of a failing webhook, to be tried now: that with the fewest attempts, and
 * the oldest of those, so that one which fails for what is in it does not stand in the way of the
 * others. None is tried before the time that its client asked for.
 * @returns the job that it gets in this transaction; undefined: none can be tried.
 */
export async function freeProbe(tx: Tx, webhookId: string): Promise<NextJob | undefined> {
  const id = (await fewestAttempts(tx, webhookId)) ?? (await oldestOfOthers(tx, webhookId));
  if (id === undefined) return undefined;
  const { rows } = await tx.query<{ crashes: number }>(
    `update deliveries
     set held_reason = null, parked_at = null, scheduled_at = least(scheduled_at, now()),
       updated_at = now()
     where id = $1
     returning crashes`,
    [id],
  );
  return rows[0] && { deliveryId: id, webhookId, delaySeconds: 0, crashes: rows[0].crashes };
}

/** Whether a probe is still to be sent, or under way. */
export async function isProbeOut(db: Queryable, deliveryId: string): Promise<boolean> {
  const { rows } = await db.query(
    `select from deliveries where id = $1 and status = 'pending' and parked_at is null`,
    [deliveryId],
  );
  return rows.length > 0;
}

async function fewestAttempts(tx: Tx, webhookId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from deliveries
     where webhook_id = $1 and held_reason = 'endpoint_failing' and not test
       and (ordering_key is null or is_head) and coalesce(send_at <= now(), true)
     order by delivery_attempts, scheduled_at, id limit 1
     for update skip locked`,
    [webhookId],
  );
  return rows[0]?.id;
}

/** Those held before it was failing, as during a pause that is over, or to go behind others. */
async function oldestOfOthers(tx: Tx, webhookId: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ id: string }>(
    `select one.id
     from unnest($2::text[]) as held (reason)
     cross join lateral (
       select id, scheduled_at from deliveries
       where webhook_id = $1 and held_reason = held.reason and parked_at is not null
         and (ordering_key is null or is_head) and not test and coalesce(send_at <= now(), true)
       order by scheduled_at, id limit 1
       for update skip locked
     ) as one
     order by one.scheduled_at, one.id limit 1`,
    [webhookId, [...RELEASABLE_REASONS, ...REDELIVERY_REASONS]],
  );
  return rows[0]?.id;
}
