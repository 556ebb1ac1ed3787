import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../src/http/middleware/turns.ts';

test('several ask for a turn at once → one each turn of the event loop, in their order', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  let loops = 0;
  let over = false;
  const tick = () => {
    loops += 1;
    if (!over) setImmediate(tick);
  };
  setImmediate(tick);
  const at = await Promise.all(
    ['a', 'b', 'c'].map(async (name) => {
      await turns.take();
      seen.push(name);
      return loops;
    }),
  );
  over = true;
  assert.deepEqual(seen, ['a', 'b', 'c']);
  assert.equal(new Set(at).size, 3);
});
