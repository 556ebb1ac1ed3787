import type { Pool } from 'pg';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const TABLES = ['deliveries', 'delivery_attempts'] as const;

/** What PostgreSQL's autovacuum goes by when nothing else is configured. */
const AUTOVACUUM = { threshold: 50, scale: 0.2 };

type Hour = { webhookIds: string[]; from: number; count: number };

/**
 * Writes the finished deliveries of an hour that begins at `from` (milliseconds, Unix time), as the
 * service leaves them: each was stored as pending, then ended after 0.2 s, in another transaction,
 * with an attempt. One in ten failed. Payloads have 1 KB.
 */
export async function writeHour(pool: Pool, { webhookIds, from, count }: Hour): Promise<void> {
  const begin = new Date(from).toISOString();
  const client = await pool.connect();
  try {
    // Leaves out the foreign key checks. For superusers only; others wait longer.
    await client.query('set session_replication_role = replica').catch(() => {});
    await client.query(
      `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
         created_at, updated_at)
       select gen_random_uuid(), ($1::uuid[])[1 + n % cardinality($1)],
         rpad(format('{"number":%s}', n), 1024), at, 0, 'pending', at, at
       from generate_series(0, $3::int - 1) as n,
         lateral (select $2::timestamptz + n * interval '1 hour' / $3 as at) as made`,
      [webhookIds, begin, count],
    );
    await client.query(
      `update deliveries
       set status = case when random() < 0.1 then 'failed' else 'succeeded' end,
         delivery_attempts = 1, updated_at = created_at + interval '0.2 s'
       where status = 'pending' and created_at >= $1`,
      [begin],
    );
    await client.query(
      `insert into delivery_attempts (id, webhook_id, delivery_id, raw_request, raw_response,
         response_status_code, execution_duration, success, error, created_at)
       select gen_random_uuid(), webhook_id, id,
         rpad('POST / HTTP/1.1', 300) || E'\\r\\n\\r\\n', rpad('HTTP/1.1 200 OK', 150),
         case status when 'failed' then 500 else 200 end, 7, status = 'succeeded', '', updated_at
       from deliveries where status in ('succeeded', 'failed') and created_at >= $1`,
      [begin],
    );
  } finally {
    client.release(true);
  }
}

/**
 * Vacuums as autovacuum does, which has a clock of its own and would come too seldom in a time that
 * is compressed: by the rows that are dead or new since the last time.
 */
export class Autovacuum {
  readonly #pool: Pool;
  readonly #counts = { deliveries: zero(), delivery_attempts: zero() };
  runs = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** So many deliveries, with an attempt each, were written. */
  wrote(count: number): void {
    const { deliveries, delivery_attempts: attempts } = this.#counts;
    // The version of each delivery that was pending.
    deliveries.dead += count;
    for (const table of [deliveries, attempts]) {
      table.live += count;
      table.fresh += count;
    }
  }

  removed(count: number): void {
    for (const table of TABLES) {
      this.#counts[table].live -= count;
      this.#counts[table].dead += count;
    }
  }

  /** How many rows of each table are dead. */
  dead(): string {
    return TABLES.map((table) => `${table} ${this.#counts[table].dead}`).join(', ');
  }

  async run(): Promise<void> {
    for (const table of TABLES) {
      const { live, dead, fresh } = this.#counts[table];
      const most = AUTOVACUUM.threshold + AUTOVACUUM.scale * live;
      if (dead <= most && fresh <= 1000 + most) continue;
      await this.#pool.query(`vacuum (analyze) ${table}`);
      this.runs += 1;
      Object.assign(this.#counts[table], { dead: 0, fresh: 0 });
    }
  }
}

const zero = () => ({ live: 0, dead: 0, fresh: 0 });

export type SizeOf = { name: string; isTable: boolean; mb: number };

/** The size of both tables, with TOAST, and of each of their indexes. */
export async function sizesOf(pool: Pool): Promise<SizeOf[]> {
  const { rows } = await pool.query<SizeOf>(
    `select relname as name, true as "isTable", pg_table_size(oid) / 1048576.0::float8 as mb
     from pg_class where oid = any ($1::regclass[])
     union all
     select i.relname, false, pg_relation_size(i.oid) / 1048576.0::float8
     from pg_index join pg_class i on i.oid = indexrelid
     where indrelid = any ($1::regclass[])
     order by 2 desc, 1`,
    [TABLES],
  );
  return rows;
}

/** Where the WAL ends, in bytes. */
export async function walEnd(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ at: number }>(
    `select (pg_current_wal_insert_lsn() - '0/0')::float8 as at`,
  );
  return rows[0]?.at ?? 0;
}
