import type { Tx } from '../database/transaction.ts';
import type { Alarm } from './alarm.ts';

/** A webhook with deliveries that are due and not sent; the oldest of them since then. */
export type Late = { webhook_id: string; webhook_name: string; since: string };

/** Of how many webhooks an alarm has the ids. */
const SHOWN = 10;

/**
 * Marks webhooks that are late by `seconds` or more. @returns those of which nobody has told yet.
 */
export async function markBehind(tx: Tx, late: Late[], seconds: number): Promise<Late[]> {
  const { rows } = await tx.query<{ id: string }>(
    `insert into alarm_queues (webhook_id, behind_since)
     select w.id, late.since
     from unnest($1::uuid[], $2::timestamptz[]) as late (id, since)
     join webhooks w on w.id = late.id
     where late.since <= now() - make_interval(secs => $3)
     order by w.id
     on conflict (webhook_id) do nothing
     returning webhook_id as id`,
    [...columnsOf(late), seconds],
  );
  const marked = new Set(rows.map(({ id }) => id));
  return late.filter(({ webhook_id }) => marked.has(webhook_id));
}

/**
 * Ends the marks of webhooks that are late no more: by less than half of `seconds`, so that one
 * which is just that late is not told of again and again.
 */
export async function markCaughtUp(tx: Tx, late: Late[], seconds: number): Promise<Late[]> {
  const { rows } = await tx.query<Late>(
    `delete from alarm_queues using webhooks w
     where w.id = webhook_id and not exists (
       select from unnest($1::uuid[], $2::timestamptz[]) as late (id, since)
       where late.id = webhook_id and late.since <= now() - make_interval(secs => $3)
     )
     returning webhook_id, w.name as webhook_name, behind_since as since`,
    [...columnsOf(late), seconds / 2],
  );
  return rows;
}

function columnsOf(late: Late[]): [ids: string[], since: string[]] {
  return [late.map(({ webhook_id }) => webhook_id), late.map(({ since }) => since)];
}

/** Tells of some of them together; of none where there are none. */
export function queueAlarms(state: 'behind' | 'caught_up', late: Late[]): Alarm[] {
  if (late.length === 0) return [];
  const webhooks = late.slice(0, SHOWN).map(({ webhook_id, webhook_name, since }) => ({
    ...{ webhook_id, webhook_name },
    oldest_due_at: since,
  }));
  const data = { state, count: late.length, webhooks };
  return [{ type: 'queue.behind', webhookId: null, data }];
}
