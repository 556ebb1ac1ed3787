import { execFile } from 'node:child_process';
import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { emptyFolder } from '../commands/processes.ts';
import { postmand, ROOT } from '../setup/command.ts';
import type { TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';

/** What a process needs besides its dependencies. */
const PARTS = ['src', 'migrations', 'openapi.yaml', 'package.json'];

export type OtherVersion = {
  /** Its source tree. */
  root: string;
  /** What it is. */
  description: string;
};

/**
 * A source tree of another version: that of the commit before this one where there is a history,
 * else ours under another number.
 */
export async function otherVersion(t: Cleanup): Promise<OtherVersion> {
  const root = await emptyFolder(t);
  const commit = await checkOut(root, 'HEAD~1');
  if (commit === undefined)
    for (const part of PARTS)
      await cp(path.join(ROOT, part), path.join(root, part), { recursive: true });
  return installed(root, commit);
}

/**
 * The last version whose queue was in the schema `pgboss`. Undefined where there is no history that
 * has it.
 */
export async function version21(t: Cleanup): Promise<OtherVersion | undefined> {
  const root = await emptyFolder(t);
  const commit = await checkOut(root, '96574bf9eb97557d14b367b3ad25395ce2260804');
  return commit === undefined ? undefined : installed(root, commit);
}

/**
 * Runs `postmand migrate`, of another version where `root` is its source tree. @throws with what it
 * printed where it fails.
 */
export async function migrated(
  t: Cleanup,
  { url }: TestDatabase,
  version: { root?: string } = {},
): Promise<void> {
  const migrate = postmand(t, ['migrate'], { ...version, env: { POSTMAND_DATABASE_URL: url } });
  const { code } = await migrate.exited;
  if (code !== 0) throw new Error(`migrate failed: ${migrate.output.stderr}`);
}

/** Takes back the migrations that an earlier version does not have, and lets it migrate. */
export async function migratedDownTo(
  t: Cleanup,
  database: TestDatabase,
  version: OtherVersion,
): Promise<void> {
  const env = { POSTMAND_DATABASE_URL: database.url };
  const [known, ours] = await Promise.all(
    [version.root, ROOT].map((root) => readdir(path.join(root, 'migrations'))),
  );
  const steps = (ours ?? []).filter((name) => name.endsWith('.up.sql') && !known?.includes(name));
  for (let left = steps.length; left > 0; left -= 1) {
    const down = postmand(t, ['migrate', 'down'], { env });
    const { code } = await down.exited;
    if (code !== 0) throw new Error(`migrate down failed: ${down.output.stderr}`);
  }
  await migrated(t, database, version);
}

async function installed(root: string, commit: string | undefined): Promise<OtherVersion> {
  const description = path.join(root, 'package.json');
  const { version, ...rest } = JSON.parse(await readFile(description, 'utf8')) as {
    version: string;
  };
  const other = `${version}-other`;
  await writeFile(description, JSON.stringify({ ...rest, version: other }));
  await symlink(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  return { root, description: `${other} (${commit ?? 'a copy of this version'})` };
}

/**
 * @returns the commit; undefined where there is no git, no such commit, or one that needs packages
 * which are not installed here.
 */
async function checkOut(root: string, revision: string): Promise<string | undefined> {
  const archive = path.join(root, '.archive.tar');
  try {
    // A folder that was unpacked inside somebody else's repository has no history of its own.
    if ((await run('git', 'rev-parse', '--show-prefix')) !== '') return undefined;
    const commit = await run('git', 'rev-parse', '--short', revision);
    // A change of pg-boss may need a full restart, and our node_modules are not those of that
    // commit. Packages that came since then do no harm.
    const ours = packagesIn(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
    // What it needs when it runs may be a package of our development by now.
    const present = { ...ours.dependencies, ...ours.devDependencies };
    const needed = packagesIn(await run('git', 'show', `${commit}:package.json`)).dependencies;
    if (Object.entries(needed).some(([name, version]) => present[name] !== version))
      return undefined;
    await run('git', 'archive', `--output=${archive}`, commit, ...PARTS);
    await run('tar', '--extract', `--file=${archive}`, `--directory=${root}`);
    return commit;
  } catch {
    return undefined;
  }
}

async function run(program: string, ...parameters: string[]): Promise<string> {
  return (await promisify(execFile)(program, parameters, { cwd: ROOT })).stdout.trim();
}

type Packages = Record<'dependencies' | 'devDependencies', Record<string, string>>;

const packagesIn = (json: string) => JSON.parse(json) as Packages;
