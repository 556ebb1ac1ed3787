import type { Queryable } from '../../database/pool.ts';
import type { Tx } from '../../database/transaction.ts';

/** An outage of a webhook: its probes, and its end. */

/** What there is to know of the probes of a failing webhook. */
export type ProbeState = {
  /** The time until the next one is due, in seconds: 0 or less when it is. */
  waitSeconds: number;
  pause: number | null;
  deliveryId: string | null;
};

/** Reads what is known of its probes; the transaction has the row of its state. */
export async function probeState(tx: Tx, webhookId: string): Promise<ProbeState> {
  const { rows } = await tx.query<ProbeState>(
    `select coalesce(extract(epoch from probe_at - now()), 0)::float8 as "waitSeconds",
       probe_pause as pause, probe_delivery_id as "deliveryId"
     from webhook_states where webhook_id = $1`,
    [webhookId],
  );
  return rows[0] ?? { waitSeconds: 0, pause: null, deliveryId: null };
}

/** Notes the delivery that is out as a probe from now on. */
export async function noteProbe(tx: Tx, webhookId: string, deliveryId: string): Promise<void> {
  await tx.query('update webhook_states set probe_delivery_id = $2 where webhook_id = $1', [
    webhookId,
    deliveryId,
  ]);
}

/** Nothing could be tried: the next probe comes after `pause` seconds. */
export async function putProbeOff(tx: Tx, webhookId: string, pause: number): Promise<void> {
  await tx.query(
    `update webhook_states
     set probe_delivery_id = null, probe_pause = $2::integer,
       probe_at = now() + make_interval(secs => $2::integer)
     where webhook_id = $1`,
    [webhookId, pause],
  );
}

/** Columns of webhook_states, as an outage that is over leaves them: nobody holds or probes. */
export const HELD_NO_MORE = `state = 'healthy', probe_at = null, probe_pause = null,
  probe_delivery_id = null, recovering_since = null`;

/**
 * Its deliveries are not held any more. `recovered`: nor is it failing; otherwise that is for its
 * attempts to tell.
 */
export async function endHold(
  tx: Tx,
  webhookId: string,
  { recovered }: { recovered: boolean },
): Promise<void> {
  await tx.query(
    `update webhook_states
     set ${HELD_NO_MORE}, failing_since = case when $2 then null else failing_since end
     where webhook_id = $1`,
    [webhookId, recovered],
  );
}

/**
 * Webhooks that are failing or recovering and at which nobody is going to look, or that are failing
 * though their owner does not ask any more to have deliveries held.
 */
export async function stalledWebhookIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select w.id
     from webhook_states s join webhooks w on w.id = s.webhook_id
     where s.state <> 'healthy' and w.active and w.deleted_at is null
       and coalesce(s.paused_until, '-infinity') <= now()
       and (s.wake_at is null
         or s.state = 'failing' and w.on_failing = 'retry' and s.wake_at > now())`,
  );
  return rows.map(({ id }) => id);
}
