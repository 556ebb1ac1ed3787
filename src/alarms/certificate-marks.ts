import type { Tx } from '../database/transaction.ts';
import type { Alarm } from './alarm.ts';

/** A certificate of a client, and when it ends. */
export type Ending = { webhookId: string; subject: string; expiresAt: string };

/** So many days before its end an alarm tells of a certificate; 0: it has ended. */
const STEPS = [0, 1, 7, 30];

const DAY_SECONDS = 86_400;

/** The step that a certificate has come to which ends in so many seconds; undefined: none yet. */
export function stepOf(seconds: number): number | undefined {
  return STEPS.find((days) => seconds <= days * DAY_SECONDS);
}

/** One that nobody has told of at this step. */
export type Told = Ending & { days: number; daysLeft: number };

/**
 * Marks certificates with the step that each has come to. Another one of the same webhook begins
 * anew. @returns those that came to another step.
 */
export async function markCertificates(tx: Tx, endings: Ending[]): Promise<Told[]> {
  const due = await dueOf(tx, endings);
  const { rows } = await tx.query<{ id: string }>(
    `insert into alarm_certificates as mark (webhook_id, expires_at, days)
     select w.id, due.expires_at, due.days
     from unnest($1::uuid[], $2::timestamptz[], $3::integer[]) as due (id, expires_at, days)
     join webhooks w on w.id = due.id
     order by w.id
     on conflict (webhook_id) do update
     set expires_at = excluded.expires_at, days = excluded.days
     where mark.expires_at <> excluded.expires_at or mark.days > excluded.days
     returning webhook_id as id`,
    [
      due.map(({ webhookId }) => webhookId),
      due.map(({ expiresAt }) => expiresAt),
      due.map(({ days }) => days),
    ],
  );
  const marked = new Set(rows.map(({ id }) => id));
  return due.filter(({ webhookId }) => marked.has(webhookId));
}

/** The clock of the database says how long each has left. */
async function dueOf(tx: Tx, endings: Ending[]): Promise<Told[]> {
  const { rows } = await tx.query<{ seconds: number }>(
    `select extract(epoch from expires_at - now())::float8 as seconds
     from unnest($1::timestamptz[]) with ordinality as ending (expires_at, place)
     order by place`,
    [endings.map(({ expiresAt }) => expiresAt)],
  );
  return endings.flatMap((ending, i) => {
    const seconds = rows[i]?.seconds ?? Infinity;
    const days = stepOf(seconds);
    const daysLeft = Math.max(0, Math.floor(seconds / DAY_SECONDS));
    return days === undefined ? [] : [{ ...ending, days, daysLeft }];
  });
}

export function certificateAlarm({ webhookId, subject, expiresAt, days, daysLeft }: Told): Alarm {
  const left = { days_left: daysLeft, expired: days === 0 };
  const data = { subject, expires_at: expiresAt, ...left };
  return { type: 'certificate.expiring', webhookId, data };
}
