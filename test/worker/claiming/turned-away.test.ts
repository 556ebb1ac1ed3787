import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TurnedAway, type Shortage } from '../../../src/worker/claiming/turned-away.ts';

function turnedAwayOf(webhookIds: string, shortage: Shortage): TurnedAway {
  const turnedAway = new TurnedAway();
  for (const webhookId of webhookIds) turnedAway.add(webhookId, shortage);
  return turnedAway;
}

suite('some are to be asked for', () => {
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
      const asked = turnedAway.askFor('silent', count, which).join('');
      assert.deepEqual([asked, turnedAway.leftOut().join('')], [then, left]);
      assert.equal(turnedAway.countAsked('silent'), then.length);
      assert.equal([...turnedAway.asked()].join(''), then);
    });
  }

  test('something of them is claimed, or nothing is due → they are asked for no longer', () => {
    const turnedAway = turnedAwayOf('abc', 'unknown');
    turnedAway.askFor('unknown', 3);
    assert.equal(turnedAway.endAsking(['a', 'b', 'another']), 2);
    assert.deepEqual([turnedAway.countAsked('unknown'), [...turnedAway.asked()]], [1, ['c']]);
  });

  test('one is asked for for two reasons → it counts for the second', () => {
    const turnedAway = turnedAwayOf('a', 'silent');
    turnedAway.add('a', 'bytes');
    turnedAway.askFor('silent', 1);
    turnedAway.askFor('bytes', 1);
    assert.deepEqual([turnedAway.countAsked('silent'), turnedAway.countAsked('bytes')], [0, 1]);
  });
});

suite('what is not claimed', () => {
  for (const [shortage, leftOut, onlyNew] of [
    ['quick', true, false],
    ['late', true, false],
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
    assert.deepEqual([turnedAway.leftOut(), [...turnedAway.asked()]], [['a'], []]);
  });

  test('ten thousand are remembered → one more is not', () => {
    const turnedAway = new TurnedAway();
    for (let i = 0; i < 10_000; i += 1) turnedAway.add(`w${i}`, 'bytes');
    assert.equal(turnedAway.add('one more', 'bytes'), false);
    assert.equal(turnedAway.leftOut().length, 10_000);
  });
});
