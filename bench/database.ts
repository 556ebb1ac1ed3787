import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Pool } from 'pg';
import { connectionTo, type Connection } from '../src/database/connection.ts';
import { startEmbedded } from '../src/database/embedded/database.ts';
import { parseDatabaseUrl } from '../src/database/url.ts';
import type { Cleanup } from './cleanup.ts';
import { parentOf } from './cpu.ts';
import { STATEMENT_SETTINGS } from './statements.ts';

/** A PostgreSQL server to make databases on. */
export type DatabaseServer = {
  /** For people: version, where it runs, and the settings that decide how fast it writes. */
  description: string;
  /** Its main process, where that is on this machine and can be told. */
  pid: number | undefined;
  create(): Promise<Database>;
};

/** A database of the benchmark's own. */
type Database = { url: string; connection: Connection; pool: Pool; drop(): Promise<void> };

/**
 * The server at `url`, else an embedded one with default settings in a temporary folder, until the
 * cleanup.
 */
export async function openDatabaseServer(
  url: string | undefined,
  cleanup: Cleanup,
): Promise<DatabaseServer> {
  if (url !== undefined) return serverAt(url, 'given');
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-bench-'));
  // PostgreSQL does not run as root, and the user that it runs as must get in.
  await chmod(folder, 0o755);
  const starting = startEmbedded(path.join(folder, 'data'), STATEMENT_SETTINGS);
  cleanup.add(async () => {
    const embedded = await starting.catch(() => undefined);
    await embedded?.stop();
    // Root may have been given another folder than the one it asked for.
    for (const made of [embedded?.home, folder])
      if (made !== undefined) await rm(made, { recursive: true, force: true });
  });
  return serverAt((await starting).url, 'embedded');
}

async function serverAt(url: string, origin: string): Promise<DatabaseServer> {
  const connection = await connectionTo(parseDatabaseUrl(url));
  const { description, pid } = await describe(connection);
  return {
    description: `${description} (${origin})`,
    pid,
    async create() {
      const name = `postmand_bench_${randomBytes(6).toString('hex')}`;
      await run(connection, `create database ${name}`);
      const own = withDatabase(url, name);
      const ownConnection = await connectionTo(parseDatabaseUrl(own));
      const pool = new Pool({
        ...ownConnection,
        max: 4,
        application_name: 'postmand bench',
      });
      pool.on('error', () => {});
      return {
        url: own,
        connection: ownConnection,
        pool,
        async drop() {
          await pool.end();
          await run(connection, `drop database if exists ${name} with (force)`);
        },
      };
    },
  };
}

type Description = {
  version: string;
  fsync: string;
  synchronous_commit: string;
  shared_buffers: string;
  pid: number;
};

async function describe(
  connection: Connection,
): Promise<{ description: string; pid: number | undefined }> {
  return withClient(connection, async (client) => {
    const { rows } = await client.query<Description>(
      `select split_part(version(), ' on ', 1) as version, current_setting('fsync') as fsync,
         current_setting('synchronous_commit') as synchronous_commit,
         current_setting('shared_buffers') as shared_buffers,
         pg_backend_pid() as pid`,
    );
    const { version, fsync, synchronous_commit, shared_buffers, pid } = rows[0] as Description;
    return {
      description: `${version}, fsync ${fsync}, synchronous_commit ${synchronous_commit}, shared_buffers ${shared_buffers}`,
      // Looked up while our connection's process lives; its parent is the main one.
      pid: parentOf(pid, 'postgres'),
    };
  });
}

function run(connection: Connection, sql: string): Promise<void> {
  return withClient(connection, async (client) => void (await client.query(sql)));
}

async function withClient<Result>(
  connection: Connection,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ ...connection, application_name: 'postmand bench' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
