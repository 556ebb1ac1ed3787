import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Overloaded } from '../../src/database/shared-commit.ts';
import { FewAtOnce } from '../../src/http/few-at-once.ts';

test('thirty counts at once → two run at a time, twenty wait for them, and the others are refused', async () => {
  const counting = new FewAtOnce();
  const ends: PromiseWithResolvers<void>[] = [];
  const count = () => {
    const end = Promise.withResolvers<void>();
    ends.push(end);
    return end.promise;
  };
  const outcomes = Promise.allSettled(Array.from({ length: 30 }, () => counting.run(count)));
  await new Promise(setImmediate);
  assert.equal(ends.length, 2);
  for (let ended = 0; ended < 22; ended += 1) {
    // One that fails makes room as well.
    if (ended === 0) ends[ended]?.reject(new Error('no'));
    else ends[ended]?.resolve();
    await new Promise(setImmediate);
    assert.equal(ends.length, Math.min(22, ended + 3));
  }
  const reasons = (await outcomes).flatMap((one) =>
    one.status === 'rejected' ? [one.reason] : [],
  );
  assert.equal(reasons.length, 9);
  assert.equal(reasons.filter((reason) => reason instanceof Overloaded).length, 8);
});
