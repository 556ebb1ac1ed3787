import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Queryable } from '../../src/database/pool.ts';
import { MIGRATIONS } from '../setup/parts.ts';

/** The migrations that this version has, in order. */
export const NAMES = (await readdir(MIGRATIONS))
  .filter((file) => file.endsWith('.up.sql'))
  .map((file) => file.slice(0, -'.up.sql'.length))
  .toSorted();

/**
 * What the schema `public` is made of: every column with its type and default, every constraint and
 * every index.
 */
export async function schemaOf(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ line: string }>(
    `select format('%s.%s %s%s %s', table_name, column_name, udt_name,
       case is_nullable when 'NO' then ' not null' end, column_default) as line
     from information_schema.columns where table_schema = 'public'
     union all
     select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid))
     from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
     union all
     select indexdef from pg_indexes where schemaname = 'public'
     order by line`,
  );
  return rows.map(({ line }) => line);
}

/**
 * A folder with the first `count` migrations (all where it is left out) and `more` files, gone
 * after the test.
 */
export async function migrationsFolder(
  t: Pick<TestContext, 'after'>,
  { count = NAMES.length, more = {} }: { count?: number; more?: Record<string, string> } = {},
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-migrations-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const name of NAMES.slice(0, count)) {
    for (const direction of ['up', 'down'])
      await cp(
        path.join(MIGRATIONS, `${name}.${direction}.sql`),
        path.join(folder, `${name}.${direction}.sql`),
      );
  }
  for (const [file, sql] of Object.entries(more)) await writeFile(path.join(folder, file), sql);
  return folder;
}
