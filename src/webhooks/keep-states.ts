import type { Tx } from '../database/transaction.ts';

/**
 * Makes the rows of webhook_states that are missing, and locks all of these webhooks', in the order
 * of their ids, as whoever takes several of them has to. Those of webhooks that are gone are left
 * out.
 */
export async function keepStates(tx: Tx, ids: string[]): Promise<void> {
  await tx.query(
    `insert into webhook_states as s (webhook_id)
     select id from webhooks where id = any ($1::uuid[]) order by id
     on conflict (webhook_id) do update set webhook_id = excluded.webhook_id`,
    [ids],
  );
}
