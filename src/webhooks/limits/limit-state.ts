import type { Tx } from '../../database/transaction.ts';
import { keepStates } from '../keep-states.ts';

/**
 * The state of a webhook's rate limit, in microseconds since 1970: the theoretical arrival time
 * (see gcra.ts), null before the first start, and when it was read.
 */
export type RateState = { nextAt: number | null; readAt: number };

/**
 * Takes the states of limited webhooks until the transaction ends, and makes those that are
 * missing. Whoever counts permits or takes tokens holds them, so what a later statement reads is
 * what all others have done. Those of webhooks that are gone are left out.
 *
 * Nothing is locked as long as a state is missing: that of one with a larger id would be held while
 * this one is made, against the order in which others take them.
 */
export async function lockLimits(tx: Tx, ids: string[]): Promise<Map<string, RateState>> {
  const locked = await lock(tx, ids, ids.length);
  if (locked.size === ids.length) return locked;
  await keepStates(tx, ids);
  return lock(tx, ids, 0);
}

/**
 * Locks states where there are at least `least` of them. As float8, which has room for these
 * numbers: bigint comes as text.
 */
async function lock(tx: Tx, ids: string[], least: number): Promise<Map<string, RateState>> {
  const { rows } = await tx.query<RateState & { id: string }>(
    `select webhook_id as id,
       (extract(epoch from rate_next_at) * 1000000)::float8 as "nextAt",
       (extract(epoch from clock_timestamp()) * 1000000)::float8 as "readAt"
     from webhook_states
     where webhook_id = any ($1::uuid[])
       and $2 <= (select count(*) from webhook_states where webhook_id = any ($1::uuid[]))
     order by webhook_id for update`,
    [ids, least],
  );
  return new Map(rows.map(({ id, ...state }) => [id, state]));
}

/** Notes theoretical arrival times, in microseconds since 1970. */
export async function setRates(
  tx: Tx,
  rates: { webhookId: string; nextAt: number }[],
): Promise<void> {
  if (rates.length === 0) return;
  await tx.query(
    `update webhook_states as s
     set rate_next_at = timestamptz 'epoch' + rate.next_at * interval '1 microsecond'
     from unnest($1::uuid[], $2::float8[]) as rate (id, next_at)
     where s.webhook_id = rate.id`,
    [rates.map(({ webhookId }) => webhookId), rates.map(({ nextAt }) => nextAt)],
  );
}
