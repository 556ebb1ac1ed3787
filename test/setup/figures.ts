import type { TestDatabase } from './database.ts';

/** Figures of a webhook for each of the last 50 minutes: most attempts succeed, some slowly. */
export async function addFigures({ pool }: TestDatabase, webhookId: string): Promise<void> {
  await pool.query(
    `insert into statistics_minutes
       (webhook_id, at, accepted, attempts, succeeded, failed, retried, ms_20, ms_100, ms_1500)
     select $1, date_trunc('minute', now()) - n * interval '1 minute', 20, 20, 16, 1, 3, 15, 4, 1
     from generate_series(1, 50) n`,
    [webhookId],
  );
}
