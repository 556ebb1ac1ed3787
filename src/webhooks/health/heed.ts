import type { Tx } from '../../database/transaction.ts';
import { deactivateWebhooks } from './deactivate.ts';

/**
 * What an answer asks for beyond its own delivery, where its webhook heeds that. `url`: where the
 * answer came from.
 */
export type Asked = { kind: 'pause'; seconds: number } | { kind: 'gone'; url: string };

/** A change of a webhook that an answer asked for. */
export type HeededChange = { webhookId: string } & (
  | { kind: 'paused'; until: string }
  | { kind: 'gone' }
);

type AskedOf = { webhookId: string; asked: Asked };

/**
 * Does to webhooks what answers asked for. Their states are locked already, and have a row.
 * @returns what changed: a pause that only became longer is none.
 */
export async function heedAnswers(tx: Tx, all: AskedOf[]): Promise<HeededChange[]> {
  const pauses = all.flatMap(({ webhookId, asked }) =>
    asked.kind === 'pause' ? [{ webhookId, seconds: asked.seconds }] : [],
  );
  const gone = all.flatMap(({ webhookId, asked }) =>
    asked.kind === 'gone' ? [{ webhookId, url: asked.url }] : [],
  );
  return [...(await pause(tx, pauses)), ...(await deactivate(tx, gone))];
}

/**
 * A longer pause that is on stays. As with a pause by a client, what was held before its end comes
 * before what is new.
 */
async function pause(
  tx: Tx,
  pauses: { webhookId: string; seconds: number }[],
): Promise<HeededChange[]> {
  if (pauses.length === 0) return [];
  const { rows } = await tx.query<{ webhookId: string; until: string; wasPaused: boolean }>(
    `with before as (
       select s.webhook_id, coalesce(s.paused_until > now(), false) as paused,
         now() + make_interval(secs => asked.seconds) as until
       from webhook_states s
       join (
         select webhook_id, max(seconds) as seconds
         from unnest($1::uuid[], $2::float8[]) as one (webhook_id, seconds)
         group by webhook_id
       ) as asked on asked.webhook_id = s.webhook_id
     )
     update webhook_states s
     set paused_until = before.until, over_window = true, wake_at = before.until
     from before
     where s.webhook_id = before.webhook_id
       and (s.paused_until is null or s.paused_until < before.until)
     returning s.webhook_id as "webhookId", s.paused_until as until, before.paused as "wasPaused"`,
    [pauses.map(({ webhookId }) => webhookId), pauses.map(({ seconds }) => seconds)],
  );
  return rows.flatMap(({ webhookId, until, wasPaused }) =>
    wasPaused ? [] : [{ webhookId, kind: 'paused', until }],
  );
}

/** A webhook that has another URL by now stays active: that one has not answered yet. */
async function deactivate(
  tx: Tx,
  gone: { webhookId: string; url: string }[],
): Promise<HeededChange[]> {
  const ids = [...new Set(gone.map(({ webhookId }) => webhookId))];
  const urls = [...new Set(gone.map(({ url }) => url))];
  const done = await deactivateWebhooks(tx, ids, { reason: 'gone', urls });
  return [...done].map((webhookId) => ({ webhookId, kind: 'gone' }));
}
