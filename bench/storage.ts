import type { Pool } from 'pg';
import { less, type Figure } from './figures.ts';
import { checkpoint } from './rows.ts';

/**
 * Starts to count what is written, after a checkpoint, so that each page that is touched then is
 * in the WAL once as a whole, in every run alike. The result divides by the number of deliveries:
 *
 * - WAL: all that the server wrote, its own upkeep and full pages included;
 * - table and index bytes: by how much the files of all tables (with TOAST) and of all indexes of
 *   this database grew. Space that was free before is used first and does not count.
 */
export async function startStorageMeter(pool: Pool): Promise<(count: number) => Promise<Figure[]>> {
  await checkpoint(pool);
  const before = await stored(pool);
  return async (count) => {
    const after = await stored(pool);
    const each = (what: keyof Stored) => (after[what] - before[what]) / count;
    return [
      less('WAL bytes a delivery', each('wal'), 'B'),
      less('index bytes a delivery', each('indexes'), 'B'),
      less('table bytes a delivery', each('tables'), 'B'),
    ];
  };
}

type Stored = { wal: number; indexes: number; tables: number };

/** What is inserted counts, not what is written by now: commits need not wait for the disk. */
async function stored(pool: Pool): Promise<Stored> {
  const { rows } = await pool.query<Stored>(
    `select (pg_current_wal_insert_lsn() - '0/0')::float8 as wal,
       (select sum(pg_indexes_size(oid)) from pg_class
        where relkind = 'r' and oid >= 16384)::float8 as indexes,
       (select sum(pg_table_size(oid)) from pg_class
        where relkind = 'r' and oid >= 16384)::float8 as tables`,
  );
  return rows[0] as Stored;
}
