import type { Tx } from '../../database/transaction.ts';

/**
 * A pause of a webhook: until it ends its deliveries are held. It may end by itself at a time, when
 * somebody resumes the webhook, or both, whichever comes first.
 */

/** A pause cannot end at this time; the message is to be read behind the name of the field. */
export class PauseEndRefused extends Error {
  override name = 'PauseEndRefused';
}

/** The end of a pause that somebody has to end, in `paused_until`. */
const WITHOUT_END = 'infinity';

/**
 * Pauses a webhook until a time, or until it is resumed (null); moves the end of a pause. Once it
 * is over, what was held comes before what is new: hence the flag. Sends that are under way end.
 * @returns whether that changed anything.
 * @throws PauseEndRefused where `until` is not in the future, or more than a year away
 */
export async function pauseWebhook(tx: Tx, id: string, until: string | null): Promise<boolean> {
  if (until !== null) await refuseOddEnd(tx, until);
  const { rowCount } = await tx.query(
    `insert into webhook_states as s (webhook_id, paused_until, over_window, wake_at)
     select id, $2, true, case when isfinite($2::timestamptz) then $2 end
     from webhooks where id = $1 and deleted_at is null
     on conflict (webhook_id) do update
     set paused_until = excluded.paused_until, over_window = true, wake_at = excluded.wake_at
     where s.paused_until is distinct from excluded.paused_until`,
    [id, until ?? WITHOUT_END],
  );
  return rowCount === 1;
}

async function refuseOddEnd(tx: Tx, until: string): Promise<void> {
  const { rows } = await tx.query<{ passed: boolean; far: boolean }>(
    `select $1::timestamptz <= now() as passed,
       $1::timestamptz > now() + interval '1 year' as far`,
    [until],
  );
  if (rows[0]?.passed === true) throw new PauseEndRefused('must be in the future');
  if (rows[0]?.far === true) throw new PauseEndRefused('may be at most a year from now');
}

/**
 * Ends the pause of a webhook; its held deliveries are looked at soon. @returns whether it had one.
 */
export async function resumeWebhook(tx: Tx, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update webhook_states
     set paused_until = null, over_window = true, wake_at = now()
     where webhook_id = $1 and paused_until > now()`,
    [id],
  );
  return rowCount === 1;
}
