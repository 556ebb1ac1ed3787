import type { Tx } from '../../database/transaction.ts';
import type { WebhookSettings } from '../webhook.ts';
import { HELD_NO_MORE } from './outage.ts';

type Compared = Pick<WebhookSettings, 'active' | 'on_failing'>;

/**
 * Whether a change of its settings makes a webhook begin anew: it becomes active, or its deliveries
 * are no longer held while its endpoint is failing.
 */
export function beginsAnew(before: Compared, after: Compared): boolean {
  const activated = after.active && !before.active;
  const unheld = before.on_failing === 'hold' && after.on_failing === 'retry';
  return activated || unheld;
}

/**
 * Makes a webhook healthy as if nothing had failed yet, and has its held deliveries looked at soon.
 * A pause goes on, and so do the times of the last success and failure, which are facts.
 */
export async function resetState(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `insert into webhook_states as s (webhook_id, wake_at) values ($1, now())
     on conflict (webhook_id) do update
     set ${HELD_NO_MORE}, consecutive_failures = 0, failures_since = null, failing_since = null,
       wake_at = least(s.wake_at, excluded.wake_at)`,
    [id],
  );
}
