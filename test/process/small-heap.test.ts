import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const MODULE = new URL('../../src/process/small-heap.ts', import.meta.url);
const WHOLE = 4;
const MB = 2 ** 20;

/** Makes objects of which the newest are in use, until there were as many collections. */
const PROGRAM = `
  import { PerformanceObserver } from 'node:perf_hooks';
  import { getHeapSpaceStatistics } from 'node:v8';
  import { keepHeapSmall } from ${JSON.stringify(MODULE.href)};
  const kinds = [];
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) kinds.push(detail.kind);
  }).observe({ entryTypes: ['gc'] });
  globalThis.gc();
  while (kinds.length === 0) await new Promise(setImmediate);
  kinds.length = 0;
  keepHeapSmall();
  const newSpace = () =>
    getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size;
  const before = newSpace();
  const used = [];
  while (kinds.length < 200) {
    used.push(Array.from({ length: 2000 }, (_, i) => ({ i })));
    if (used.length > 40) used.shift();
    await new Promise(setImmediate);
  }
  console.log(JSON.stringify({ kinds, before, after: newSpace() }));
`;

type Outcome = { kinds: number[]; before: number; after: number };

async function outcome(): Promise<Outcome> {
  const options = ['--expose-gc', '--input-type=module', '--eval', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return JSON.parse(stdout) as Outcome;
}

test('the heap is kept small → the next collection is a whole one, later ones seldom are', async () => {
  const { kinds } = await outcome();
  assert.equal(kinds[0], WHOLE);
  const whole = kinds.filter((kind) => kind === WHOLE).length;
  assert.ok(whole < kinds.length / 4, `${whole} of ${kinds.length}`);
});

test('a small space for new objects → it grows to 16 MB and not beyond', async () => {
  const { before, after } = await outcome();
  assert.ok(before <= 4 * MB, `${before}`);
  assert.ok(after > 8 * MB && after <= 16 * MB, `${after}`);
});
