import { execFile } from 'node:child_process';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** What PostgreSQL says of itself in its lock file. */
type LockFile = { pid: number; port: string; status: string };

/**
 * https://www.postgresql.org/docs/current/storage-file-layout.html: line 1 is the process, 4 the
 * port, 8 how far it is. Undefined where the file is missing or is not whole.
 */
export async function readLockFile(data: string): Promise<LockFile | undefined> {
  const text = await readFile(lockFileOf(data), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: lines[3] ?? '', status: lines[7] ?? '' };
}

const lockFileOf = (data: string): string => path.join(data, 'postmaster.pid');

/**
 * PostgreSQL itself takes any living process of its user for the one that wrote the file, and
 * cannot read what a power cut has left of it: either way it refuses to start.
 */
export async function dropStaleLockFile(data: string): Promise<void> {
  const found = await readLockFile(data);
  const isLinux = process.platform === 'linux';
  const suspects = found ? [found.pid] : isLinux ? await allProcesses() : undefined;
  if (suspects === undefined) return;
  for (const pid of suspects) if (await isPostmaster(pid, data)) return;
  // PostgreSQL itself sees that a process is gone. It then also waits until everything else that
  // the file names is gone, so the file is left to it.
  if (!found || isAlive(found.pid)) await rm(lockFileOf(data), { force: true });
}

async function allProcesses(): Promise<number[]> {
  const names = await readdir('/proc');
  return names.flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/**
 * True unless the process is certainly not a PostgreSQL on this data. Its id may have been given to
 * another program since a crash, or since the container was started anew. PostgreSQL's processes
 * work in their data folder; where we may not see that (another user's process, or root in a
 * container without CAP_SYS_PTRACE), its user and its name tell.
 * @throws where the folder is there and cannot be looked at
 */
export async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return /postgres/.test(await commandOf(pid));
  const own = await unlessGone(stat(data));
  if (own === undefined) return false;
  try {
    const folder = await stat(`/proc/${pid}/cwd`);
    return folder.dev === own.dev && folder.ino === own.ino;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false;
  }
  const seen = await unlessGone(stat(`/proc/${pid}`));
  const name = await unlessGone(readFile(`/proc/${pid}/comm`, 'utf8'));
  return seen?.uid === own.uid && name?.trim() === 'postgres';
}

/** What can be seen of a file or a process; undefined where it is gone, or goes at this moment. */
async function unlessGone<Seen>(look: Promise<Seen>): Promise<Seen | undefined> {
  try {
    return await look;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'ESRCH'].includes(code)) return undefined;
    throw error;
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

/** The command line of a process. Empty where it is gone: `ps` then ends with status 1. */
async function commandOf(pid: number): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('ps', [
      '-ww',
      '-o',
      'command=',
      '-p',
      String(pid),
    ]);
    return stdout;
  } catch (error) {
    if ((error as { code?: unknown }).code === 1) return '';
    throw error;
  }
}
