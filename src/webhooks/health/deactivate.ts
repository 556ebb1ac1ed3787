import type { Tx } from '../../database/transaction.ts';
import { NEXT_VERSION } from '../webhook-sql.ts';
import type { Webhook } from '../webhook.ts';

/** Why we, not its owner, made a webhook inactive. */
type DeactivatedReason = NonNullable<Webhook['deactivated_reason']>;

/** `urls`: only webhooks that still have one of these. */
type Cause = { reason: DeactivatedReason; urls?: string[] };

/**
 * Makes active webhooks inactive, because of what an attempt came to. One that somebody else is
 * changing at this moment is passed over: a later attempt comes to the same.
 * @returns the ids of those that are inactive from now on.
 */
export async function deactivateWebhooks(
  tx: Tx,
  ids: string[],
  { reason, urls }: Cause,
): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  // Who changes a webhook has its row first and its state second, the other way round than here.
  const { rows } = await tx.query<{ id: string }>(
    `with free as (
       select id from webhooks where id = any ($1::uuid[]) and active
         and ($3::text[] is null or url = any ($3))
       order by id for no key update skip locked
     )
     update webhooks
     set active = false, deactivated_reason = $2, deactivated_at = now(), ${NEXT_VERSION}
     from free where webhooks.id = free.id
     returning webhooks.id`,
    [ids, reason, urls],
  );
  return new Set(rows.map(({ id }) => id));
}
