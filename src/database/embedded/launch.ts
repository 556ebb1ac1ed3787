import { spawn, type ChildProcess } from 'node:child_process';
import { constants, open, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { programOptions, reasonIn } from './binaries.ts';
import { EmbeddedError } from './error.ts';
import type { Place } from './place.ts';
import { dropStaleLockFile, readLockFile } from './postmaster-file.ts';
import { LOOK_EVERY_MS, READY_MS, type Postmaster } from './postmaster.ts';

/**
 * Starts PostgreSQL on the data of a place, detached: no signal sent to us reaches it. `settings`
 * are PostgreSQL's own; without a `port` among them any free one is taken. What is not ready when
 * `signal` comes is ended.
 * @throws EmbeddedError with the reason from its log, or the reason of `signal`
 */
export async function launchPostmaster(
  place: Place,
  settings: Record<string, string>,
  signal?: AbortSignal,
): Promise<Postmaster> {
  await refuseOtherVersion(place);
  for (let attempt = 1; ; attempt += 1) {
    const all = {
      port: await freePort(),
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      ...settings,
    };
    try {
      await dropStaleLockFile(place.data);
      return await launch(place, all, signal);
    } catch (error) {
      signal?.throwIfAborted();
      // Another program may have taken the port in between. What a killed PostgreSQL left ends in a
      // moment.
      if (attempt === 3 || !/could not create any TCP|shared memory block/.test(String(error)))
        throw error;
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

async function launch(
  place: Place,
  settings: Record<string, string> & { port: string },
  signal?: AbortSignal,
): Promise<Postmaster> {
  const file = path.join(place.home, 'postgres.log');
  // Root follows no link that PostgreSQL's user may have put there.
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  const log = await open(
    file,
    O_APPEND | O_CREAT | O_WRONLY | (place.owner ? O_NOFOLLOW : 0),
    0o600,
  );
  try {
    const { size } = await log.stat();
    const postgres = spawnPostgres(place, settings, log.fd);
    const failure = await untilReady(place, postgres, signal);
    if (failure === undefined)
      return { pid: postgres.pid as number, port: settings.port, child: postgres };
    const reason = reasonIn((await readFile(file)).subarray(size).toString()) ?? failure;
    throw new EmbeddedError(
      `PostgreSQL did not start on ${place.data}: ${reason}. Its log is ${file}`,
    );
  } finally {
    await log.close();
  }
}

/** Without a shell, to which some characters in paths would mean something else. */
function spawnPostgres(
  { data, native, owner }: Place,
  settings: Record<string, string>,
  log: number,
): ChildProcess {
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
async function untilReady(
  { data }: Place,
  postgres: ChildProcess,
  signal?: AbortSignal,
): Promise<string | undefined> {
  let failure: string | undefined;
  postgres.once('error', (error) => (failure = error.message));
  postgres.once('exit', (code, signal) => (failure = `it ended with ${signal ?? code}`));
  for (
    const deadline = performance.now() + READY_MS;
    failure === undefined;
    await sleep(LOOK_EVERY_MS)
  ) {
    const found = await readLockFile(data);
    if (found?.pid === postgres.pid && found?.status === 'ready') return undefined;
    if (signal?.aborted) postgres.kill('SIGINT');
    if (performance.now() > deadline) return 'it is not ready, and goes on trying';
  }
  return failure;
}

async function freePort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) =>
    probe.once('error', reject).listen(0, '127.0.0.1', resolve),
  );
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return String(port);
}
