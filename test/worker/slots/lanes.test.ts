import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Lanes } from '../../../src/worker/slots/lanes.ts';

/** Sends that are under way. Those of `longUnknown` have taken long. */
type Sends = { fast?: number; slow?: number; unknown?: number; longUnknown?: number };

function lanesWith(size: number, { fast = 0, slow = 0, unknown = 0, longUnknown = 0 }: Sends) {
  const lanes = new Lanes(size);
  for (let i = 0; i < fast; i += 1) lanes.enter('fast', false);
  for (let i = 0; i < slow; i += 1) lanes.enter('slow', false);
  for (let i = 0; i < unknown; i += 1) lanes.enter('fast', true);
  for (let i = 0; i < longUnknown; i += 1) lanes.tookLong(lanes.enter('fast', true));
  return lanes;
}

suite('places that are free, of 20 in each lane', () => {
  for (const [when, sends, free] of [
    ['nothing is under way', {}, [20, 15, 20, 18, 10, 10, 10]],
    ['8 are in the fast lane', { fast: 8 }, [20, 15, 12, 10, 2, 10, 10]],
    ['10 are in the slow lane', { slow: 10 }, [10, 5, 20, 18, 10, 5, 5]],
    ['15 are in the slow lane', { slow: 15 }, [5, 0, 20, 18, 10, 0, 2]],
    ['1 is of an unknown webhook beside them', { slow: 15, unknown: 1 }, [5, 0, 19, 17, 9, -1, 1]],
    ['it is overdue', { slow: 15, longUnknown: 1 }, [5, 0, 19, 17, 9, -1, 2]],
    ['10 of unknown ones are overdue', { slow: 15, longUnknown: 10 }, [5, 0, 10, 8, 0, -10, 0]],
  ] as [when: string, sends: Sends, free: number[]][]) {
    test(`${when} → ${free.join(', ')}`, () => {
      const lanes = lanesWith(20, sends);
      const parts = (['all', 'most', 'half'] as const).map((part) => lanes.freeForQuick(part));
      const unknown = [lanes.freeForUnknown(false), lanes.freeForUnknown(true)];
      const slow = [lanes.freeForLate(), lanes.freeForSilent()];
      assert.deepEqual([...slow, ...parts, ...unknown], free);
    });
  }

  test('of one place in each lane → none is kept', () => {
    const lanes = new Lanes(1);
    const free = [lanes.freeForSilent(), lanes.freeForQuick('half'), lanes.freeForUnknown(false)];
    assert.deepEqual(free, [1, 1, 1]);
  });
});

suite('a send that takes long', () => {
  test('the slow lane has room → it moves, and is no longer one of an unknown webhook', () => {
    const lanes = new Lanes(20);
    const entry = lanes.enter('fast', true);
    lanes.tookLong(entry);
    assert.deepEqual(
      [lanes.busy(), entry],
      [
        { fast: 0, slow: 1 },
        { lane: 'slow', unknown: false },
      ],
    );
  });

  test('the slow lane is full → it is overdue until another leaves, then it moves', () => {
    const lanes = new Lanes(4);
    const entries = Array.from({ length: 3 }, () => lanes.enter('slow', false));
    const overdue = lanes.enter('fast', false);
    lanes.tookLong(overdue);
    assert.deepEqual([lanes.hasOverdue, lanes.busy()], [true, { fast: 1, slow: 3 }]);
    lanes.leave(entries[0] ?? assert.fail());
    assert.deepEqual([lanes.hasOverdue, lanes.busy()], [false, { fast: 0, slow: 3 }]);
    lanes.leave(overdue);
    assert.deepEqual(lanes.busy(), { fast: 0, slow: 2 });
  });
});
