import type { Pool } from 'pg';
import { grouped } from './figures.ts';
import { enqueuePending } from './waiting-jobs.ts';
import { addWebhookRows } from '../test/setup/rows.ts';
import { settleTables } from './rows.ts';
import type { Trial } from './trial.ts';

/** Rows that go in with one statement, so that there is progress to show. */
const STEP = 50_000;

/** As many jobs of a webhook are live by default: what is beyond that waits without one. */
const LIVE_JOBS = 1000;

/**
 * Deliveries that wait: spread over the webhooks, and due at even distances between two times in
 * seconds from now. `attempts` is how many each has had.
 */
type Waiting = { webhookIds: string[]; count: number; dueIn: [number, number]; attempts: number };

/**
 * Puts in deliveries of one webhook that are due, as the service would have them: the oldest have
 * jobs, the others are its backlog. In versions that know no backlog all have jobs.
 */
export async function insertBacklog(
  { pool, progress }: Trial,
  { webhookId, count }: { webhookId: string; count: number },
): Promise<void> {
  const due = { webhookIds: [webhookId], attempts: 0 };
  const live = (await holdsBacklogs(pool)) ? Math.min(LIVE_JOBS, count) : count;
  progress.step(`${grouped(count)} deliveries for one webhook, ${grouped(live)} of them with jobs`);
  const oldest: Waiting = { ...due, count: live, dueIn: [-7200, -3600] };
  await insertWaiting(pool, { ...oldest, reason: null }, progress.tick);
  await enqueuePending(pool, due.webhookIds, progress.tick);
  if (count > live) {
    const rest: Waiting = { ...due, count: count - live, dueIn: [-3600, 0] };
    await insertWaiting(pool, { ...rest, reason: 'backlog' }, progress.tick);
    await pool.query(
      `insert into webhook_states (webhook_id, over_window, wake_at) values ($1, true, now())
       on conflict (webhook_id) do update set over_window = true, wake_at = now()`,
      [webhookId],
    );
  }
  await settleTables(pool);
}

/**
 * Puts in deliveries that wait for a retry, as the service would have them: held until their time
 * is near. In versions that know nothing of that all have jobs.
 */
export async function insertRetries(
  { pool, progress }: Trial,
  retries: Omit<Waiting, 'attempts'>,
): Promise<void> {
  const held = await holdsBacklogs(pool);
  progress.step(`${grouped(retries.count)} deliveries that wait for a retry`);
  const rows = { ...retries, attempts: 1 };
  await insertWaiting(pool, { ...rows, reason: held ? 'later' : null }, progress.tick);
  if (!held) await enqueuePending(pool, retries.webhookIds, progress.tick);
  await settleTables(pool);
}

/**
 * Puts in webhooks that are paused, half of them until somebody resumes them, with deliveries that
 * are held for that.
 */
export async function insertPaused(
  { pool, progress, receiver }: Trial,
  webhooks: number,
  backlog: number,
): Promise<void> {
  progress.step(`${grouped(webhooks)} paused webhooks with ${grouped(backlog)} deliveries each`);
  const webhookIds = await addWebhookRows(
    pool,
    Array.from({ length: webhooks }, (_one, number) => ({ url: receiver.url('fast', number) })),
  );
  await pool.query(
    `insert into webhook_states (webhook_id, paused_until, wake_at)
     select id, case when number % 2 = 0 then now() + interval '1 day' else 'infinity' end,
       case when number % 2 = 0 then now() + interval '1 day' end
     from unnest($1::uuid[]) with ordinality as one (id, number)`,
    [webhookIds],
  );
  const rows: Waiting = {
    ...{ webhookIds, count: webhooks * backlog, attempts: 0 },
    dueIn: [-3600, 0],
  };
  await insertWaiting(pool, { ...rows, reason: 'endpoint_paused' }, progress.tick);
  await settleTables(pool);
}

/** Whether this version holds what its queue need not hold now. */
async function holdsBacklogs(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ states: string | null }>(
    `select to_regclass('webhook_states')::text as states`,
  );
  return rows[0]?.states != null;
}

/** `reason`: why they are held. Null: they are not, and get their jobs from somebody else. */
async function insertWaiting(
  pool: Pool,
  { webhookIds, count, dueIn, attempts, reason }: Waiting & { reason: string | null },
  tick: (text: string) => void,
): Promise<void> {
  for (let from = 1; from <= count; from += STEP) {
    const to = Math.min(count, from + STEP - 1);
    await pool.query(
      `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
         held_reason, parked_at, created_at, updated_at)
       select gen_random_uuid(), ($1::uuid[])[1 + number % cardinality($1::uuid[])],
         rpad('{"number":' || number || '}', 200),
         now() + make_interval(secs => $5::float8 + ($6::float8 - $5::float8) * number / $4),
         $7, 'pending', $8, case when $8::text is not null then now() end,
         now() - interval '1 day' + make_interval(secs => number / 1000.0), now()
       from generate_series($2::integer, $3::integer) as number`,
      [webhookIds, from, to, count, ...dueIn, attempts, reason],
    );
    tick(`${to} of ${count} rows`);
  }
}
