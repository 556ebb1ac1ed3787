import type { Pool } from 'pg';
import { PgBoss } from 'pg-boss';

const STEP = 5000;

type Waiting = { id: string; webhookId: string; seconds: number };

/**
 * THE ONE EXCEPTION to driving the service only through its commands, its API and its tables: puts
 * jobs for pending deliveries that are due later into our queue through pg-boss itself. The proper
 * way, 200,000 deliveries that are accepted, sent and failed first, takes longer than all scenarios
 * together. The shape of a job is that of src/deliveries/queue.ts.
 */
export async function enqueueDeferred(pool: Pool, onJobs: (done: number) => void): Promise<void> {
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
    const { rows } = await pool.query<Waiting>(
      `select id, webhook_id as "webhookId",
         extract(epoch from scheduled_at - now())::float8 as seconds
       from deliveries
       where status = 'pending' and scheduled_at > now() and id > $1
       order by id limit $2`,
      [after, STEP],
    );
    const jobs = rows.map(({ id, webhookId, seconds }) => ({
      data: { deliveryId: id },
      singletonKey: id,
      group: { id: webhookId },
      startAfter: seconds,
    }));
    if (jobs.length > 0) await boss.insert('deliveries', jobs);
    onJobs((done += jobs.length));
    const last = rows.at(-1);
    if (last === undefined || rows.length < STEP) break;
    after = last.id;
  }
  await boss.stop({ graceful: false });
}
