import { readdirSync } from 'node:fs';
import type { Queryable } from './pool.ts';

export type MigrationStatus = { applied: string[]; pending: string[]; unknown: string[] };

/**
 * Compares the database with the migrations of `dir`. `unknown` are those that a newer version has
 * applied.
 */
export async function migrationStatus(db: Queryable, dir: string): Promise<MigrationStatus> {
  const known = migrationNames(dir);
  const applied = await appliedNames(db);
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !known.includes(name)),
  };
}

/** The migrations that the database has had, in order. */
export async function appliedNames(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ exists: boolean }>(
    `select to_regclass('postmand_migrations') is not null as exists`,
  );
  if (!rows[0]?.exists) return [];
  const applied = await db.query<{ name: string }>(
    'select name from postmand_migrations order by name',
  );
  return applied.rows.map(({ name }) => name);
}

/** The migrations of a folder, in order. */
export function migrationNames(dir: string): string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.up.sql'))
    .map((file) => file.slice(0, -'.up.sql'.length))
    .sort();
}
