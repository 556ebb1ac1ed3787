import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../setup/command.ts';

/** A worker that ends because it has no database, with its compiled code kept in `cache`. */
function start(cache: string) {
  return spawnSync(process.execPath, [path.join(ROOT, 'src/postmand.js'), 'worker'], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: cache },
  });
}

/** When each file of a folder was written. */
function writtenAt(folder: string): [name: string, at: number][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [name, statSync(path.join(parentPath, name)).mtimeMs]);
}

test('a second start → takes all compiled code from the cache of the first', (t) => {
  const cache = mkdtempSync(path.join(tmpdir(), 'postmand-compiled-'));
  t.after(() => rmSync(cache, { recursive: true }));
  start(cache);
  const first = writtenAt(cache);
  assert.ok(first.length > 300, `${first.length} files`);
  start(cache);
  assert.deepEqual(writtenAt(cache), first);
});

test('a cache that cannot be written → starts without it, and says nothing of it', () => {
  const { status, stderr } = start('/dev/null/cache');
  assert.equal(status, 1);
  assert.match(stderr, /^postmand: POSTMAND_DATABASE_URL is not set\..*\n$/);
});
