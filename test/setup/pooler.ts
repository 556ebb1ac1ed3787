import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const BINARY = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(
  (file) => existsSync(file),
);

/** Why a test that needs a PgBouncer is skipped; false where there is one. */
export const NO_POOLER = BINARY === undefined && 'no PgBouncer is installed';

export type Pooler = {
  /** The URL of a database of the server, through the pooler. */
  through(url: string): string;
  /** Ends it at once, with all of its connections, and starts it again where it was. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

type Settings = { pool_mode?: 'transaction' | 'session' } & Record<string, string>;

/** A PgBouncer in front of the server of `url`, in transaction mode unless `settings` say more. */
export async function startPooler(url: string, settings: Settings = {}): Promise<Pooler> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-pooler-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  await writeFile(path.join(folder, 'pgbouncer.ini'), iniOf(new URL(url), port, settings));
  let running = await launch(folder, port);
  return {
    through(other) {
      const changed = new URL(other);
      changed.port = String(port);
      return changed.href;
    },
    async restart() {
      await end(running, 'SIGKILL');
      running = await launch(folder, port);
    },
    async stop() {
      await end(running, 'SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** https://www.pgbouncer.org/config.html */
function iniOf(server: URL, port: number, settings: Settings): string {
  const { hostname, username, password } = server;
  const all: Record<string, string> = {
    pool_mode: 'transaction',
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'any',
    max_client_conn: '1000',
    default_pool_size: '20',
    server_login_retry: '1',
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const target = `host=${hostname} port=${server.port} user=${username} password=${password}`;
  return ['[databases]', `* = ${target}`, '[pgbouncer]', ...lines, ''].join('\n');
}

async function launch(folder: string, port: number): Promise<ChildProcess> {
  const child = spawn(BINARY ?? '', ['-q', path.join(folder, 'pgbouncer.ini')], {
    // It does not run as root.
    ...(process.getuid?.() === 0 ? await nobody() : {}),
    stdio: 'ignore',
  });
  child.unref();
  await until('PgBouncer answers', () => answers(port));
  return child;
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const [, , uid, gid] = users.find(([name]) => name === 'nobody') ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

/** Its own database is always there. */
async function answers(port: number): Promise<boolean> {
  const client = new Client({ host: '127.0.0.1', port, user: 'any', database: 'pgbouncer' });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    // It refuses users that are no administrators.
    return (error as { code?: string }).code === '08P01';
  } finally {
    await client.end().catch(() => {});
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  // Its end has to be waited for, also where nothing else goes on in this process.
  child.ref();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode !== null || child.signalCode !== null || !child.kill(signal)) return;
  await ended;
}
