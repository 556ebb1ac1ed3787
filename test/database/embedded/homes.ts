import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startEmbedded, type EmbeddedDatabase } from '../../../src/database/embedded/database.ts';
import { lastFirst, type Cleanup } from '../../setup/last-first.ts';

/** Nothing of a test is worth waiting for the disk. */
export const NO_FSYNC = { fsync: 'off' };

/**
 * Root starts PostgreSQL as another user, and may give folders away: some things can only go wrong
 * for it.
 */
export const IS_ROOT = process.getuid?.() === 0;

const EMBEDDED = new URL('../../../src/database/embedded/database.ts', import.meta.url).href;

/** An empty folder that everybody may enter, gone after the test. */
export async function openFolder(t: Cleanup): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'postmand-embedded-')));
  await chmod(folder, 0o755);
  lastFirst(t).after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** An embedded PostgreSQL that ends with the test, with all its files. */
export async function embeddedIn(
  t: Cleanup,
  home: string,
  settings: Record<string, string> = NO_FSYNC,
): Promise<EmbeddedDatabase> {
  const embedded = await startEmbedded(home, settings);
  lastFirst(t).after(async () => {
    await embedded.stop();
    await rm(embedded.home, { recursive: true, force: true });
  });
  return embedded;
}

/** Starts and stops a PostgreSQL there, so that its data is there. */
export async function makeData(home: string): Promise<void> {
  await (await startEmbedded(home, NO_FSYNC)).stop();
}

export const lockFileOf = (home: string): string => path.join(home, 'postgres', 'postmaster.pid');

/** The main process of the PostgreSQL that runs, or ran, on a folder. */
export async function postmasterOf(home: string): Promise<number> {
  return Number.parseInt(await readFile(lockFileOf(home), 'utf8'), 10);
}

export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

type Result = { code: number | null; stdout: string; stderr: string };

type ProcessOptions = {
  user?: { uid: number; gid: number };
  /** A command that starts the process, with its parameters. */
  by?: string[];
  imports?: string;
};

/**
 * Runs `body`, which knows `startEmbedded`, in a process of its own; as another user, where that is
 * asked for.
 */
export async function inProcess(
  body: string,
  { user, by = [], imports = '' }: ProcessOptions = {},
): Promise<Result> {
  const script = `import { startEmbedded } from ${JSON.stringify(EMBEDDED)}; ${imports}
    try { ${body} } catch (error) { console.error(error.message); process.exit(1); }`;
  const command = [...by, process.execPath, '--input-type=module', '--eval', script];
  const env = { PATH: process.env['PATH'] };
  const child = spawn(command[0] as string, command.slice(1), {
    ...user,
    cwd: '/',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result: Result = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
  result.code = await new Promise((resolve) => child.on('close', resolve));
  return result;
}
