import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { findWebhooks } from '../webhooks/webhook-store.ts';
import type { Held, Leases } from './lease.ts';
import { setAside } from './park.ts';
import type { ClaimableQueue } from './queue.ts';

/**
 * Takes out the claims whose webhook is gone or inactive, however many there are, before any of them waits for a seat.
 * @returns the rest.
 */
export async function screen(pool: Pool, queue: ClaimableQueue, leases: Leases, claimed: Held[]): Promise<Held[]> {
  if (claimed.length === 0) return claimed;
  try {
    const webhooks = await findWebhooks(pool, [...new Set(claimed.map(({ claim }) => claim.webhookId))]);
    const stateOf = new Map(webhooks.map(({ id, active }) => [id, active ? 'active' : 'inactive']));
    const { active = [], inactive = [], gone = [] } = Object.groupBy(claimed, ({ claim }) => stateOf.get(claim.webhookId) ?? 'gone');
    if (inactive.length + gone.length > 0) {
      const aside = { park: inactive.map(({ claim }) => claim), postpone: [], drop: gone.map(({ claim }) => claim) };
      await inTransaction(pool, (tx) => setAside(tx, queue, aside));
      for (const held of [...inactive, ...gone]) leases.drop(held);
    }
    return active;
  } catch (error) {
    await leases.giveBack(claimed);
    throw error;
  }
}
