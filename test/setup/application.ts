import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { TestDatabase } from './database.ts';
import { lastFirst, type Cleanup } from './last-first.ts';

/** An application that shares the database, with a role of its own. */
export type Application = {
  role: string;
  /** The database as this role. */
  url: string;
  /** A connection of its own, closed after the test. */
  connect(): Promise<Client>;
};

/** Its role may do nothing but what `member` may; null: nothing at all. */
export async function createApplication(
  t: Cleanup,
  { url, pool }: TestDatabase,
  member: string | null = 'postmand_enqueue',
): Promise<Application> {
  const role = `app_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await pool.query(`create role ${role} login password '${password}'`);
  if (member !== null) await pool.query(`grant ${member} to ${role}`);
  lastFirst(t).after(() => pool.query(`drop owned by ${role}; drop role ${role}`));
  const as = new URL(url);
  as.username = role;
  as.password = password;
  return {
    role,
    url: as.href,
    async connect() {
      const client = new Client(as.href);
      client.on('error', () => {});
      await client.connect();
      lastFirst(t).after(() => client.end());
      return client;
    },
  };
}
