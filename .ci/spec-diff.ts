// npm run spec:diff [BASE]: what has changed in openapi.yaml since a git revision, and whether
// info.version announces it. Without BASE: since the newest version tag or, without tags, since the
// version before the present one.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SPEC = 'openapi.yaml';

process.exitCode = main(process.argv[2]);

function main(given: string | undefined): number {
  const base = given ?? newestTag() ?? beforeThisVersion();
  if (base === undefined && git('rev-parse', '--is-shallow-repository')?.trim() === 'true')
    return say(
      'spec:diff: this clone has no history to compare with: git fetch --unshallow --tags',
      1,
    );
  if (base === undefined) return say(`spec:diff: no earlier ${SPEC} to compare with.`, 0);
  const before = git('show', `${base}:${SPEC}`);
  if (before === undefined)
    return say(`spec:diff: BASE ${base} is no git revision that has ${SPEC}.`, 2);
  console.log(`${SPEC} since ${base}:`);
  return compare(before);
}

/**
 * Fails where the change needs a larger step of info.version than was made: breaking ones a major,
 * additions a minor one.
 */
function compare(before: string): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'postmand-spec-'));
  try {
    const file = path.join(folder, 'before.yaml');
    writeFileSync(file, before);
    return (
      spawnSync(
        'node_modules/.bin/redocly',
        ['diff', file, SPEC, '--config=.ci/redocly.yaml', '--check-version', '--fail-on=none'],
        {
          stdio: 'inherit',
        },
      ).status ?? 1
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function newestTag(): string | undefined {
  return git('describe', '--tags', '--abbrev=0', '--match=v[0-9]*')?.trim();
}

function beforeThisVersion(): string | undefined {
  const changed = git('log', '-1', '--format=%H', '-G^  version: ', '--', SPEC)?.trim();
  return changed ? git('rev-parse', '--verify', '--quiet', `${changed}^`)?.trim() : undefined;
}

/** Undefined: git is missing, this is no repository, or there is no such thing in it. */
function git(...parameters: string[]): string | undefined {
  try {
    return execFileSync('git', parameters, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

function say(text: string, status: number): number {
  console.error(text);
  return status;
}
