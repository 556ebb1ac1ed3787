import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const MODULE = new URL('../../src/process/small-heap.ts', import.meta.url);

/** Makes objects that are soon garbage, until there were as many collections as asked for. */
const PROGRAM = `
  import { PerformanceObserver } from 'node:perf_hooks';
  import { keepHeapSmall } from ${JSON.stringify(MODULE.href)};
  const kinds = [];
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) kinds.push(detail.kind);
  }).observe({ entryTypes: ['gc'] });
  globalThis.gc();
  while (kinds.length === 0) await new Promise(setImmediate);
  kinds.length = 0;
  keepHeapSmall();
  while (kinds.length < 6) {
    globalThis.last = Array.from({ length: 10_000 }, (_, i) => ({ i }));
    await new Promise(setImmediate);
  }
  console.log(JSON.stringify(kinds));
`;

const WHOLE = 4;

test('the heap is kept small → the next collection is a whole one, those after it are not', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '--eval',
    PROGRAM,
  ]);
  const [first, ...others] = JSON.parse(stdout) as number[];
  assert.equal(first, WHOLE);
  assert.ok(
    others.slice(1).every((kind) => kind !== WHOLE),
    stdout,
  );
});
