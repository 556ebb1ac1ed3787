import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startEmbedded } from '../../src/database/embedded/database.ts';
import { migrateUp } from '../../src/database/migrations.ts';
import { createPool, type Pool } from '../../src/database/pool.ts';
import { installQueue } from '../../src/queue/install-queue.ts';
import { connectionTo } from '../setup/connection.ts';
import type { TestDatabase } from '../setup/database.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { MIGRATIONS, silentLog } from '../setup/parts.ts';
import { startPooler } from '../setup/pooler.ts';
import { until } from '../setup/until.ts';

/** A PostgreSQL that only one test uses, so that it may be taken away. */
export type Postgres = {
  database: TestDatabase;
  /**
   * Ends it without a word, as a crash does: open transactions are gone, and so is what was not
   * flushed.
   */
  crash(): Promise<void>;
  /** Ends it in order: open transactions are rolled back, and connections are told. */
  shutDown(): Promise<void>;
  /** Starts it again where it was. */
  restart(): Promise<void>;
  /** Starts a copy of it that follows it, until it is promoted. */
  standby(): Promise<Standby>;
};

export type Standby = {
  url: string;
  /** Waits until it has all that its primary has. */
  caughtUp(): Promise<void>;
  /** Makes it a primary. */
  promote(): Promise<void>;
};

/**
 * Starts a PostgreSQL with a migrated, empty database, its files below `disk`. `settings` are
 * PostgreSQL's own.
 */
export async function startPostgres(
  t: Cleanup,
  settings: Record<string, string> = {},
  disk = tmpdir(),
): Promise<Postgres> {
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
    database: { url: await reached(t, url), connection, pool },
    // https://www.postgresql.org/docs/current/server-shutdown.html
    crash: () => end('SIGQUIT'),
    shutDown: () => end('SIGINT'),
    restart: async () => void (await startEmbedded(given, { ...fast, port })),
    async standby() {
      await end('SIGINT');
      // Beside it, wherever that is for whom PostgreSQL runs as.
      const copy = home.replace(/data$/, 'standby');
      await promisify(execFile)('cp', ['-a', home, copy]);
      await startEmbedded(given, { ...fast, port });
      return follow(t, {
        given: path.join(folder, 'standby'),
        home: copy,
        settings: fast,
        primary: pool,
        url,
      });
    },
  };
}

/** By a PgBouncer of its own where fresh databases are reached by one. */
async function reached(t: Cleanup, url: string): Promise<string> {
  if (process.env['TEST_POOLED_URL'] === undefined) return url;
  const pooler = await startPooler(url);
  lastFirst(t).after(() => pooler.stop());
  return pooler.through(url);
}

type Copy = {
  given: string;
  home: string;
  settings: Record<string, string>;
  primary: Pool;
  url: string;
};

/** https://www.postgresql.org/docs/current/warm-standby.html */
async function follow(t: Cleanup, { given, home, settings, primary, url }: Copy): Promise<Standby> {
  const { port, username, password } = new URL(url);
  const data = path.join(home, 'postgres');
  const conninfo = `host=127.0.0.1 port=${port} user=${username} password=${password}`;
  await appendFile(path.join(data, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  await writeFile(path.join(data, 'standby.signal'), '');
  const started = await startEmbedded(given, settings);
  const pool = createPool(await connectionTo(started.url), {
    max: 1,
    name: 'test',
    log: silentLog,
  });
  lastFirst(t).after(async () => {
    await pool.end();
    await started.stop().catch(() => {});
    await rm(home, { recursive: true, force: true });
  });
  return {
    url: started.url,
    async caughtUp() {
      const { rows } = await primary.query<{ at: string }>(
        'select pg_current_wal_insert_lsn() as at',
      );
      await until('the standby has everything', async () => {
        const { rowCount } = await pool.query('select where pg_last_wal_replay_lsn() >= $1', [
          rows[0]?.at,
        ]);
        return rowCount === 1;
      });
    },
    promote: async () => void (await pool.query('select pg_promote()')),
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
