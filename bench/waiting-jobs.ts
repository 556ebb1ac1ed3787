import type { Pool } from 'pg';
import { PgBoss, type JobInsert } from 'pg-boss';

const STEP = 5000;

type Pending = { id: string; webhookId: string; seconds: number };

/**
 * THE ONE EXCEPTION to driving the service only through its commands, its API and its tables: puts
 * jobs for pending deliveries of these webhooks that are not held into our queue through pg-boss
 * itself. The proper way, 200,000 deliveries that are accepted, sent and failed first, takes longer
 * than all scenarios together. The shape of a job is that of src/queue/delivery-queue.ts.
 */
export async function enqueuePending(
  pool: Pool,
  webhookIds: string[],
  tick: (text: string) => void,
): Promise<void> {
  const quiet = {
    schema: 'postmand_queue',
    supervise: false,
    schedule: false,
    migrate: false,
    registerInstance: false,
  };
  const boss = new PgBoss({
    ...quiet,
    db: { executeSql: (text, values) => pool.query(text, values) },
  });
  boss.on('error', () => {});
  await boss.start();
  let done = 0;
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await pool.query<Pending>(
      `select id, webhook_id as "webhookId",
         greatest(0, extract(epoch from scheduled_at - now()))::float8 as seconds
       from deliveries
       where status = 'pending' and parked_at is null and webhook_id = any ($1::uuid[]) and id > $2
       order by id limit $3`,
      [webhookIds, after, STEP],
    );
    const jobs = rows.map(({ id, webhookId, seconds }) => ({
      data: { deliveryId: id },
      singletonKey: id,
      group: { id: webhookId },
      startAfter: seconds,
    }));
    await insertJobs(boss, jobs);
    tick(`${(done += jobs.length)} jobs`);
    const last = rows.at(-1);
    if (last === undefined || rows.length < STEP) break;
    after = last.id;
  }
  await boss.stop({ graceful: false });
}

/** How often it is tried: workers may give jobs to overdue deliveries at the same time. */
const TRIES = 5;
const DEADLOCK = '40P01';

/** A delivery that has a job already keeps that one. */
async function insertJobs(boss: PgBoss, jobs: JobInsert[]): Promise<void> {
  for (let tried = 1; jobs.length > 0; tried += 1) {
    try {
      await boss.insert('deliveries', jobs);
      return;
    } catch (error) {
      if (tried === TRIES || (error as { code?: unknown }).code !== DEADLOCK) throw error;
    }
  }
}
