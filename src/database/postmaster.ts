import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { constants, open, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOptions, reasonIn } from './embedded-binaries.ts';
import { EmbeddedError } from './embedded-error.ts';
import type { Place } from './embedded-place.ts';

/** A PostgreSQL that runs: its main process, and its port of 127.0.0.1. */
export type Postmaster = { pid: number; port: string };

/** How long PostgreSQL may take until it is ready: after a crash it has to read what it wrote since its last checkpoint. */
const READY_MS = 600_000;

const STOP_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** The PostgreSQL that runs on the data of a place, once it is ready. Undefined: none does. */
export async function findPostmaster({ data }: Place): Promise<Postmaster | undefined> {
  for (const deadline = performance.now() + READY_MS; ; await sleep(LOOK_EVERY_MS)) {
    const found = await readLockFile(data);
    if (found === undefined || !isPostmaster(found.pid, data)) return undefined;
    if (found.status === 'ready') return found;
    if (performance.now() > deadline) throw new EmbeddedError(`The PostgreSQL that runs on ${data} (process ${found.pid}) is not ready.`);
  }
}

/** https://www.postgresql.org/docs/current/storage-file-layout.html: line 1 is the process, 4 the port, 8 how far it is. */
async function readLockFile(data: string): Promise<(Postmaster & { status: string }) | undefined> {
  const lines = (await readFile(lockFileOf(data), 'utf8').catch(() => '')).split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? { pid, port: lines[3] ?? '', status: lines[7] ?? '' } : undefined;
}

const lockFileOf = (data: string): string => path.join(data, 'postmaster.pid');

/**
 * True unless the process is certainly not a PostgreSQL on this data. Its id may have been given to another program since a crash, or
 * since the container was started anew. PostgreSQL's processes work in their data folder; where we may not see that (another user's
 * process, or root in a container without CAP_SYS_PTRACE), its user and its name tell.
 */
export function isPostmaster(pid: number, data: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return /postgres/.test(commandOf(pid));
  const own = statSync(data);
  try {
    const folder = statSync(`/proc/${pid}/cwd`);
    return folder.dev === own.dev && folder.ino === own.ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false;
    return statSync(`/proc/${pid}`).uid === own.uid && readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

/**
 * Starts PostgreSQL on the data of a place, detached: no signal sent to us reaches it. `settings` are PostgreSQL's own; without a
 * `port` among them any free one is taken. What is not ready when `signal` comes is ended.
 * @throws EmbeddedError with the reason from its log
 */
export async function launchPostmaster(place: Place, settings: Record<string, string>, signal?: AbortSignal): Promise<Postmaster> {
  await refuseOtherVersion(place);
  for (let attempt = 1; ; attempt += 1) {
    const all = { port: await freePort(), listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
    try {
      await dropStaleLockFile(place);
      return await launch(place, all, signal);
    } catch (error) {
      // Another program may have taken the port in between. What a killed PostgreSQL left ends in a moment.
      if (attempt === 3 || !/could not create any TCP|shared memory block/.test(String(error))) throw error;
      await sleep(500);
    }
  }
}

async function refuseOtherVersion({ data, version }: Place): Promise<void> {
  const wrote = (await readFile(path.join(data, 'PG_VERSION'), 'utf8')).trim();
  const here = version.split('.')[0];
  if (wrote === here) return;
  throw new EmbeddedError(
    `The data in ${data} was written by PostgreSQL ${wrote}, and this is PostgreSQL ${here}, which cannot read it. ` +
      `Move it with a dump (see "The PostgreSQL of start" in docs/operating.md), or start anew in another folder with POSTMAND_DATA_DIR.`,
  );
}

/**
 * PostgreSQL itself takes any living process of its user for the one that wrote the file, and cannot read what a power cut has left
 * of it: either way it refuses to start.
 */
async function dropStaleLockFile({ data }: Place): Promise<void> {
  const found = await readLockFile(data);
  const suspects = found ? [found.pid] : process.platform === 'linux' ? allProcesses() : undefined;
  if (suspects === undefined || suspects.some((pid) => isPostmaster(pid, data))) return;
  // Of a process that is gone it can tell itself, and it knows from the file what else of that must be gone.
  if (!found || isAlive(found.pid)) await rm(lockFileOf(data), { force: true });
}

function allProcesses(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

async function launch(place: Place, settings: Record<string, string> & { port: string }, signal?: AbortSignal): Promise<Postmaster> {
  const file = path.join(place.home, 'postgres.log');
  // Root follows no link that PostgreSQL's user may have put there.
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  const log = await open(file, O_APPEND | O_CREAT | O_WRONLY | (place.owner ? O_NOFOLLOW : 0), 0o600);
  try {
    const { size } = await log.stat();
    const postgres = spawnPostgres(place, settings, log.fd);
    const failure = await untilReady(place, postgres, signal);
    if (failure === undefined) return { pid: postgres.pid as number, port: settings.port };
    const reason = reasonIn((await readFile(file)).subarray(size).toString()) ?? failure;
    throw new EmbeddedError(`PostgreSQL did not start on ${place.data}: ${reason}. Its log is ${file}`);
  } finally {
    await log.close();
  }
}

/** Without a shell, to which some characters in paths would mean something else. */
function spawnPostgres({ data, native, owner }: Place, settings: Record<string, string>, log: number): ChildProcess {
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const postgres = spawn(path.join(native, 'bin', 'postgres'), ['-D', data, ...options], {
    ...programOptions(owner),
    detached: true,
    stdio: ['ignore', log, log],
  });
  postgres.unref();
  return postgres;
}

/** @returns why it will not be ready, where it will not. */
async function untilReady({ data }: Place, postgres: ChildProcess, signal?: AbortSignal): Promise<string | undefined> {
  let failure: string | undefined;
  postgres.once('error', (error) => (failure = error.message));
  postgres.once('exit', (code, signal) => (failure = `it ended with ${signal ?? code}`));
  for (const deadline = performance.now() + READY_MS; failure === undefined; await sleep(LOOK_EVERY_MS)) {
    const found = await readLockFile(data);
    if (found?.pid === postgres.pid && found?.status === 'ready') return undefined;
    if (signal?.aborted) postgres.kill('SIGINT');
    if (performance.now() > deadline) return 'it is not ready, and goes on trying';
  }
  return failure;
}

async function freePort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return String(port);
}

/** Ends the PostgreSQL of a place, if one runs, rolling back what is open, and waits until it is gone. */
export async function stopPostmaster({ home, data }: Place): Promise<void> {
  const found = await readLockFile(data);
  if (found === undefined || !isPostmaster(found.pid, data)) return;
  // https://www.postgresql.org/docs/current/server-shutdown.html: the fast shutdown.
  process.kill(found.pid, 'SIGINT');
  for (const deadline = performance.now() + STOP_MS; isPostmaster(found.pid, data); await sleep(LOOK_EVERY_MS)) {
    if (performance.now() > deadline)
      throw new EmbeddedError(`PostgreSQL (process ${found.pid}) has not ended within a minute. Its log is ${home}/postgres.log`);
  }
}
