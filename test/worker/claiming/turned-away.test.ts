import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TurnedAway, type Shortage } from '../../../src/worker/claiming/turned-away.ts';

function turnedAwayOf(webhookIds: string, shortage: Shortage): TurnedAway {
  const turnedAway = new TurnedAway();
  for (const webhookId of webhookIds) turnedAway.add(webhookId, shortage);
  return turnedAway;
}

suite('some are released', () => {
  for (const [when, then, left, { ids, count, which }] of [
    ['the first two', 'ab', 'cd', { ids: 'abcd', count: 2, which: 'first' }],
    ['the last two', 'dc', 'ab', { ids: 'abcd', count: 2, which: 'last' }],
    ['more than there are', 'ab', '', { ids: 'ab', count: 5, which: 'first' }],
    ['none', '', 'ab', { ids: 'ab', count: 0, which: 'first' }],
    ['fewer than none', '', 'ab', { ids: 'ab', count: -3, which: 'last' }],
    ['the first of one that came again', 'a', 'b', { ids: 'aba', count: 1, which: 'first' }],
  ] as [
    when: string,
    then: string,
    left: string,
    given: { ids: string; count: number; which: 'first' | 'last' },
  ][]) {
    test(`${when} → ${then || 'none'}, and ${left || 'none'} are left`, () => {
      const turnedAway = turnedAwayOf(ids, 'silent');
      const released = turnedAway.release('silent', count, which).join('');
      assert.deepEqual([released, turnedAway.leftOut().join('')], [then, left]);
      assert.equal(turnedAway.countReleased('silent'), then.length);
      assert.equal([...turnedAway.released()].join(''), then);
    });
  }

  test('something of them is claimed, or nothing is due → they are released no longer', () => {
    const turnedAway = turnedAwayOf('abc', 'unknown');
    turnedAway.release('unknown', 3);
    assert.equal(turnedAway.endReleases(['a', 'b', 'another']), 2);
    assert.deepEqual([turnedAway.countReleased('unknown'), [...turnedAway.released()]], [1, ['c']]);
  });

  test('one is released for two reasons → it counts for the second', () => {
    const turnedAway = turnedAwayOf('a', 'silent');
    turnedAway.add('a', 'bytes');
    turnedAway.release('silent', 1);
    turnedAway.release('bytes', 1);
    assert.deepEqual(
      [turnedAway.countReleased('silent'), turnedAway.countReleased('bytes')],
      [0, 1],
    );
  });
});

suite('what is not claimed', () => {
  for (const [shortage, leftOut, onlyNew] of [
    ['quick', true, false],
    ['slow', true, false],
    ['silent', true, false],
    ['newcomer', true, false],
    ['bytes', true, false],
    ['unknown', false, true],
  ] as const) {
    test(`${shortage} → ${leftOut ? 'nothing' : 'only what is new'} of it is, until a send of it is over`, () => {
      const turnedAway = new TurnedAway();
      assert.deepEqual(
        [turnedAway.add('w', shortage), turnedAway.add('w', shortage)],
        [leftOut, false],
      );
      assert.deepEqual(
        [turnedAway.leftOut(), turnedAway.onlyNew()],
        [leftOut ? ['w'] : [], onlyNew ? ['w'] : []],
      );
      assert.deepEqual([turnedAway.forget('w'), turnedAway.forget('w')], [leftOut, false]);
      assert.deepEqual([turnedAway.has(shortage), turnedAway.leftOut()], [false, []]);
    });
  }

  test('newcomers → taken out with the last one first, and not asked for by name', () => {
    const turnedAway = turnedAwayOf('abc', 'newcomer');
    assert.deepEqual(turnedAway.takeNewcomers(2), ['c', 'b']);
    assert.deepEqual([turnedAway.leftOut(), [...turnedAway.released()]], [['a'], []]);
  });

  test('ten thousand are remembered → one more is not', () => {
    const turnedAway = new TurnedAway();
    for (let i = 0; i < 10_000; i += 1) turnedAway.add(`w${i}`, 'bytes');
    assert.equal(turnedAway.add('one more', 'bytes'), false);
    assert.equal(turnedAway.leftOut().length, 10_000);
  });
});
