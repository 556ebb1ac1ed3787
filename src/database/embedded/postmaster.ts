import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError } from './error.ts';
import type { Place } from './place.ts';
import { isPostmaster, readLockFile } from './postmaster-file.ts';

/**
 * A PostgreSQL that runs: its main process, and its port of 127.0.0.1. `child` where this process
 * started it.
 */
export type Postmaster = { pid: number; port: string; child?: ChildProcess };

/**
 * How long PostgreSQL may take until it is ready: after a crash it has to read what it wrote since
 * its last checkpoint.
 */
export const READY_MS = 600_000;

const STOP_MS = 60_000;
/** How often is looked whether one that was told to start or to stop has done so. */
export const LOOK_EVERY_MS = 20;

/** How often is looked whether a PostgreSQL that is not a child of ours still runs. */
const LOOK_SELDOM_MS = 2000;

/**
 * The PostgreSQL that runs on the data of a place, once it is ready. Undefined: none does.
 * @throws the reason of `signal` when that comes first
 */
export async function findPostmaster(
  { data }: Place,
  signal?: AbortSignal,
): Promise<Postmaster | undefined> {
  for (const deadline = performance.now() + READY_MS; ; await sleep(LOOK_EVERY_MS)) {
    const found = await readLockFile(data);
    if (found === undefined || !(await isPostmaster(found.pid, data))) return undefined;
    if (found.status === 'ready') return { pid: found.pid, port: found.port };
    signal?.throwIfAborted();
    if (performance.now() > deadline)
      throw new EmbeddedError(
        `The PostgreSQL that runs on ${data} (process ${found.pid}) is not ready.`,
      );
  }
}

/**
 * Ends the PostgreSQL of a place, if one runs, rolling back what is open, and waits until it is
 * gone. `child` is the one that we started: it is ended even where the folder of its data is gone.
 */
export async function stopPostmaster({ home, data }: Place, child?: ChildProcess): Promise<void> {
  const pid = child !== undefined && isRunning(child) ? child.pid : (await readLockFile(data))?.pid;
  if (pid === undefined) return;
  const runs = async () => (pid === child?.pid ? isRunning(child) : isPostmaster(pid, data));
  if (!(await runs())) return;
  // https://www.postgresql.org/docs/current/server-shutdown.html: the fast shutdown.
  tell(pid, 'SIGINT');
  for (const deadline = performance.now() + STOP_MS; await runs(); await sleep(LOOK_EVERY_MS)) {
    if (performance.now() > deadline)
      throw new EmbeddedError(
        `PostgreSQL (process ${pid}) has not ended within a minute. Its log is ${home}/postgres.log`,
      );
  }
}

/** One that has ended in the meantime needs no signal. */
function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Resolves when a PostgreSQL has ended, or when `signal` comes. */
export async function untilGone(
  { pid, child }: Postmaster,
  data: string,
  signal: AbortSignal,
): Promise<void> {
  if (child === undefined) {
    // Where its folder cannot be looked at, it cannot be used either.
    while (await isPostmaster(pid, data).catch(() => false)) {
      await sleep(LOOK_SELDOM_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
  } else if (isRunning(child)) {
    await once(child, 'exit', { signal }).catch(() => {});
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
