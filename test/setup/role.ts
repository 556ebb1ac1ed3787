import { randomBytes } from 'node:crypto';
import { lastFirst, type Cleanup } from './last-first.ts';
import type { TestDatabase } from './database.ts';

export type Role = {
  name: string;
  /** The database as this role. */
  url: string;
  /**
   * `alter role … what`, for connections that are opened from now on; a right that it takes or
   * gives counts at once.
   */
  alter(what: string): Promise<void>;
  /** Ends what connections it has. */
  endAll(): Promise<void>;
  /** Changes its password and ends what connections it has. */
  lockOut(): Promise<void>;
  /** Changes its password back. */
  letIn(): Promise<void>;
};

/** A role of the test's own that may do everything, gone after the test. */
export async function createRole(t: Cleanup, { url, pool }: TestDatabase): Promise<Role> {
  const name = `r_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await pool.query(`create role ${name} login superuser password '${password}'`);
  const alter = async (what: string) => void (await pool.query(`alter role ${name} ${what}`));
  const endAll = async () =>
    void (await pool.query(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1',
      [name],
    ));
  lastFirst(t).after(async () => {
    await endAll();
    await pool.query(`drop owned by ${name}`);
    await pool.query(`drop role ${name}`);
  });
  const as = new URL(url);
  as.username = name;
  as.password = password;
  return {
    name,
    url: as.href,
    alter,
    endAll,
    async lockOut() {
      await alter(`password 'another one'`);
      await endAll();
    },
    letIn: () => alter(`password '${password}'`),
  };
}
