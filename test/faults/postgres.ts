import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectionTo } from '../../src/database/connection.ts';
import { startEmbedded } from '../../src/database/embedded.ts';
import { migrateUp } from '../../src/database/migrations.ts';
import { createPool } from '../../src/database/pool.ts';
import { installQueue } from '../../src/deliveries/queue.ts';
import type { TestDatabase } from '../setup/database.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { MIGRATIONS, silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';

/** A PostgreSQL that only one test uses, so that it may be taken away. */
export type Postgres = {
  database: TestDatabase;
  /** Ends it without a word, as a crash does: open transactions are gone, and so is what was not flushed. */
  crash(): Promise<void>;
  /** Ends it in order: open transactions are rolled back, and connections are told. */
  shutDown(): Promise<void>;
  /** Starts it again where it was. */
  restart(): Promise<void>;
};

/** Starts a PostgreSQL with a migrated, empty database, its files below `disk`. `settings` are PostgreSQL's own. */
export async function startPostgres(t: Cleanup, settings: Record<string, string> = {}, disk = tmpdir()): Promise<Postgres> {
  const folder = await mkdtemp(path.join(disk, 'postmand-faults-'));
  await chmod(folder, 0o755);
  const given = path.join(folder, 'data');
  // What is killed is the process, not the machine: what it wrote stays.
  const fast = { fsync: 'off', max_connections: '100', ...settings };
  const { url, home, stop } = await startEmbedded(given, fast);
  const { port } = new URL(url);
  const connection = await connectionTo(url);
  const pool = createPool(connection, { max: 10, name: 'test', log: silentLog });
  lastFirst(t).after(async () => {
    await pool.end();
    await stop().catch(() => {});
    for (const left of [home, folder]) await rm(left, { recursive: true, force: true });
  });
  await migrateUp(connection, MIGRATIONS);
  await installQueue(connection, silentLog);

  async function end(signal: NodeJS.Signals): Promise<void> {
    const file = path.join(home, 'postgres', 'postmaster.pid');
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10);
    process.kill(pid, signal);
    await until('PostgreSQL is gone', () => !isAlive(pid), 60_000);
  }

  return {
    database: { url, connection, pool },
    // https://www.postgresql.org/docs/current/server-shutdown.html
    crash: () => end('SIGQUIT'),
    shutDown: () => end('SIGINT'),
    restart: async () => void (await startEmbedded(given, { ...fast, port })),
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
