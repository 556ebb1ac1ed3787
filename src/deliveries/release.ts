import type { Tx } from '../database/transaction.ts';
import type { NextJob } from '../queue/delivery-queue.ts';
import { isQuietSql, type HeldReason } from './delivery.ts';
import { heldReasonSql, NEAR_SECONDS } from './may-run.ts';

/** Reasons that end with a change of the webhook, or with a place in its window. */
export const RELEASABLE_REASONS = [
  'webhook_inactive',
  'endpoint_failing',
  'endpoint_paused',
  'imported',
  'backlog',
] as const satisfies HeldReason[];

/** What was redelivered with many others comes behind all of these. */
export const REDELIVERY_REASONS = ['redelivery'] as const satisfies HeldReason[];

type Reasons = typeof RELEASABLE_REASONS | typeof REDELIVERY_REASONS;

/**
 * A delivery with a new reason: its client sees a change where either reason is one that the API
 * shows.
 */
const CHANGED_AT = `case when ${isQuietSql('held.was')} and ${isQuietSql('held.reason')}
  then updated_at else now() end`;

/**
 * Frees up to `limit` deliveries of a webhook that are held for `reasons` and may run now, in the
 * order of their time. One that may not run for another reason is held for that from now on: one
 * that was redelivered with many others waits behind the rest, also where it was held for a pause.
 * @returns how many were looked at, and the jobs that those freed get in this transaction.
 */
export async function releaseDeliveries(
  tx: Tx,
  webhookId: string,
  { reasons, limit }: { reasons: Reasons; limit: number },
): Promise<{ seen: number; jobs: NextJob[] }> {
  const { rows } = await tx.query<ReleasedRow>(
    `with held as (
       select d.id, d.held_reason as was,
         ${reasonSql('d', { placed: true, redelivered: IS_KEPT_BACK })} as reason
       from webhooks w
       left join webhook_states s on s.webhook_id = w.id
       cross join lateral (
         select one.* from unnest($3::text[]) as released (reason)
         cross join lateral (
           select id, held_reason, scheduled_at, ordering_key, is_head, test, redelivery_id
           from deliveries
           where webhook_id = $1 and held_reason = released.reason and parked_at is not null
           order by scheduled_at, id limit $2 for update skip locked
         ) as one
         order by one.scheduled_at, one.id limit $2
       ) as d
       where w.id = $1
     )
     ${FREE}`,
    [webhookId, limit, reasons],
  );
  return { seen: rows.length, jobs: rows.flatMap(jobOf) };
}

/** It was redelivered with many others, and waits for something else so far. */
const IS_KEPT_BACK = `d.redelivery_id is not null and d.held_reason <> 'redelivery'`;

/** As an expression of SQL: `releaseNear` would find one. */
export const IS_LATER_NEAR = `coalesce((
  select scheduled_at from deliveries where held_reason = 'later' order by scheduled_at, id limit 1
) < now() + interval '${NEAR_SECONDS} seconds', false)`;

/**
 * Looks at up to `limit` deliveries that were due later, and whose time is near: they get a job, or
 * are held for another reason.
 * @returns how many were looked at, and the jobs of those freed, in the order of their time.
 */
export async function releaseNear(
  tx: Tx,
  limit: number,
): Promise<{ seen: number; jobs: NextJob[] }> {
  const { rows } = await tx.query<ReleasedRow>(
    `with near as (
       select id, webhook_id, held_reason, scheduled_at, ordering_key, is_head, test
       from deliveries
       where held_reason = 'later' and scheduled_at < now() + make_interval(secs => $2)
       order by scheduled_at, id limit $1 for update skip locked
     ), held as (
       select d.id, d.held_reason as was, ${reasonSql('d', { placed: false })} as reason
       from near d
       join webhooks w on w.id = d.webhook_id
       left join webhook_states s on s.webhook_id = w.id
     )
     ${FREE}`,
    [limit, NEAR_SECONDS],
  );
  return { seen: rows.length, jobs: rows.flatMap(jobOf) };
}

function reasonSql(
  delivery: string,
  { placed, redelivered }: { placed: boolean; redelivered?: string },
): string {
  return heldReasonSql(
    { webhook: 'w', state: 's' },
    {
      behind: `${delivery}.ordering_key is not null and not ${delivery}.is_head`,
      wait: `extract(epoch from ${delivery}.scheduled_at - now())`,
      test: `${delivery}.test`,
      ...(redelivered === undefined ? {} : { redelivered }),
      placed,
    },
  );
}

const FREE = `, freed as (
    update deliveries
    set held_reason = held.reason, updated_at = ${CHANGED_AT},
      parked_at = case when held.reason is not null then coalesce(parked_at, now()) end
    from held
    where deliveries.id = held.id
    returning deliveries.id, webhook_id, scheduled_at, crashes, test, held.reason,
      held.was = 'redelivery' as redelivered
  )
  select id, webhook_id as "webhookId", reason, crashes, test, redelivered,
    greatest(0, extract(epoch from scheduled_at - now()))::float8 as "delaySeconds"
  from freed
  order by scheduled_at, id`;

type ReleasedRow = {
  id: string;
  webhookId: string;
  reason: HeldReason | null;
  crashes: number;
  test: boolean;
  redelivered: boolean;
  delaySeconds: number;
};

function jobOf({ id, reason, ...job }: ReleasedRow): NextJob[] {
  return reason === null ? [{ deliveryId: id, ...job }] : [];
}
