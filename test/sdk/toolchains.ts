import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start } from './program.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MANIFEST = readFileSync(path.join(ROOT, 'sdk/python/pyproject.toml'), 'utf8');
/** What the Python package needs, and what it needs to verify Ed25519 signatures. */
const REQUIREMENTS = [
  /^dependencies = \["(httpx[^"]*)"\]$/m.exec(MANIFEST)?.[1] ?? '',
  /"(cryptography[^"]*)"/.exec(MANIFEST)?.[1] ?? '',
  // The library that judges our signatures.
  'standardwebhooks==1.1.0',
  // What applications reach PostgreSQL with.
  'psycopg[binary]==3.2.13',
  'sqlalchemy==2.0.44',
  // The library that reads our CloudEvents. It needs Python 3.10.
  'cloudevents==2.2.0; python_version >= "3.10"',
];

/** Why tests of Go are skipped; false where they can run. */
export const noGo = runs('go', 'version') ? false : 'go is not installed';

/** Why tests of Python are skipped; false where they can run. */
export const noPython = noPythonFrom(9);
export const noPython310 = noPythonFrom(10);

/** Go must not need a download, and keeps what it compiled from run to run. */
export const GO_ENVIRONMENT = {
  GOPROXY: 'off',
  GOFLAGS: '-mod=mod -buildvcs=false',
  GOTOOLCHAIN: 'local',
  GOWORK: 'off',
};

/**
 * A Python with all that our tests need, in a virtual environment that is made once.
 * @returns undefined where the registry cannot be reached and the test is skipped.
 */
export async function pythonWithPackages(t: TestContext): Promise<string | undefined> {
  const { stdout } = spawnSync(
    'python3',
    ['-c', 'import sys; print(sys.executable, sys.version)'],
    { encoding: 'utf8' },
  );
  const name = createHash('sha256')
    .update(`${stdout} ${REQUIREMENTS.join()}`)
    .digest('hex')
    .slice(0, 16);
  const home = path.join(tmpdir(), `postmand-test-python-${name}`);
  const python = path.join(home, 'bin/python');
  if (existsSync(python)) return python;
  const draft = await mkdtemp(`${home}-`);
  t.after(() => rm(draft, { recursive: true, force: true }));
  const options = { cwd: draft };
  const made = start(t, ['python3', '-m', 'venv', draft], options);
  if ((await made.exited) !== 0)
    throw new Error(`venv: ${made.output.stdout}${made.output.stderr}`);
  const installed = start(
    t,
    [path.join(draft, 'bin/python'), '-m', 'pip', 'install', '--quiet', ...REQUIREMENTS],
    options,
  );
  if ((await installed.exited) !== 0) return skipWithoutRegistry(t, installed.output.stderr);
  // Another process may have been quicker.
  await rename(draft, home).catch(() => {});
  return python;
}

/**
 * The environment for Go in this folder, where all modules of its go.mod have been downloaded.
 * @returns undefined where the proxy cannot be reached and the test is skipped.
 */
export async function goWithModules(
  t: TestContext,
  cwd: string,
): Promise<Record<string, string> | undefined> {
  const { GOPROXY: _off, ...env } = GO_ENVIRONMENT;
  const downloaded = start(t, ['go', 'mod', 'download'], { cwd, env });
  if ((await downloaded.exited) !== 0)
    return skipWithoutRegistry(t, downloaded.output.stderr, 'go');
  return GO_ENVIRONMENT;
}

/**
 * Skips a test of which pip, npm or go could not reach its registry, unless CI is set. @throws for
 * other faults, and with CI set.
 */
export function skipWithoutRegistry(t: TestContext, stderr: string, client = 'pip'): undefined {
  const unreachable =
    /NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError|from versions: none|dial tcp|i\/o timeout|ENOTFOUND|ETIMEDOUT|ECONNREFUSED/.exec(
      stderr,
    )?.[0];
  if (unreachable === undefined || process.env['CI']) throw new Error(`${client}: ${stderr}`);
  t.skip(`${client} cannot reach its registry (${unreachable}); with CI set this fails`);
  return undefined;
}

function noPythonFrom(minor: number): string | false {
  const check = `import sys, venv, ensurepip; sys.exit(sys.version_info < (3, ${minor}))`;
  return runs('python3', '-c', check) ? false : `no python3 from 3.${minor} on with venv and pip`;
}

function runs(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
