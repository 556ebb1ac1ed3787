import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Progress } from '../../src/upkeep/progress.ts';

const at = (done: number, skipped = 0) => {
  return { id: 'an-id', kind: 'redelivery', done, skipped, matched: 1000 } as const;
};

suite('how far an operation is, for the log', () => {
  test('ten seconds → a line with the speed and the time that is left, and then none for ten seconds', () => {
    let now = 0;
    const progress = new Progress(() => now);
    progress.begin(at(0));
    now = 9_999;
    assert.equal(progress.due(at(300)), undefined);
    now = 10_000;
    assert.deepEqual(progress.due(at(390, 10)), {
      operation_id: 'an-id',
      kind: 'redelivery',
      done: 390,
      skipped: 10,
      matched: 1000,
      per_second: 40,
      seconds_left: 15,
    });
    now = 19_999;
    assert.equal(progress.due(at(500)), undefined);
    now = 20_000;
    const line = progress.due(at(500, 10));
    assert.deepEqual([line?.per_second, line?.seconds_left], [11, 45]);
    assert.equal(progress.seconds(), 20);
  });

  test('nothing done in ten seconds → the time that is left is not known', () => {
    let now = 0;
    const progress = new Progress(() => now);
    progress.begin(at(0));
    now = 10_000;
    const line = progress.due(at(0));
    assert.deepEqual([line?.per_second, line?.seconds_left], [0, null]);
  });

  test('another worker has begun it → the speed is that since this one goes on', () => {
    let now = 5000;
    const progress = new Progress(() => now);
    assert.equal(progress.due(at(400)), undefined);
    now = 15_000;
    assert.equal(progress.due(at(500))?.per_second, 10);
    assert.equal(progress.seconds(), undefined);
  });
});
