import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withoutTypes } from '../../../src/http/dashboard/erased-types.ts';

const FILE = fileURLToPath(new URL('../../../src/ui/once.ts', import.meta.url));

test('this process is busy until the thread has ended → the answer is there all the same', async () => {
  const texts = withoutTypes([FILE]);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
  const [text] = await texts;
  assert.match(text ?? '', /^export function useOnce +\(load +\) +\{$/m);
});
