import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Slots } from '../../../src/worker/slots/slots.ts';
import type { Slot } from '../../../src/worker/slots/slot.ts';
import type { SendEnd } from '../../../src/worker/slots/standing.ts';

/** Slots on a clock of their own. */
function slotsOf({ slots = 20, share = 20 } = {}) {
  let now = 0;
  const all = new Slots({ slots, share, now: () => now });
  const take = (webhookId: string, newcomer = false) =>
    all.take(webhookId, newcomer) ?? assert.fail(`no room for ${webhookId}`);
  return {
    all,
    take,
    later: (ms: number) => void (now += ms),
    /** Sends one delivery after the other that all end so. */
    send(webhookId: string, times: number, end: SendEnd = 'answered') {
      for (let i = 0; i < times; i += 1) take(webhookId).leave(end);
    },
    /** As many as there is room for. */
    fill(webhookId: string, newcomer = false): Slot[] {
      const taken: Slot[] = [];
      for (let slot = all.take(webhookId, newcomer); slot; slot = all.take(webhookId, newcomer))
        taken.push(slot);
      return taken;
    },
  };
}

const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

suite('the allowance of one webhook', () => {
  for (const [when, then, sends] of [
    ['nothing was sent yet', 1, []],
    ['one was answered', 2, ['answered']],
    ['five were answered', 6, ['answered', 'answered', 'answered', 'answered', 'answered']],
    ['the last one was not answered', 1, ['answered', 'answered', 'unanswered']],
    ['a slot was not used', 2, ['answered', 'unused']],
  ] as [string, number, SendEnd[]][]) {
    test(`${when} → ${then} at a time`, () => {
      const { send, fill } = slotsOf({ slots: 100 });
      for (const end of sends) send('w', 1, end);
      assert.equal(fill('w').length, then);
    });
  }

  test('many were answered → no more than the share', () => {
    const { send, fill } = slotsOf({ slots: 100, share: 7 });
    send('w', 50);
    assert.equal(fill('w').length, 7);
  });
});

suite('the share between busy webhooks', () => {
  // Of the 90 places that are not kept back, n webhooks get n/(n + 1), each an equal part.
  for (const [webhooks, each] of [
    [1, 45],
    [2, 30],
    [6, 12.9],
    [20, 4.3],
  ] as const) {
    test(`${webhooks} webhooks want all 100 places → about ${each} each, and one that comes gets a place`, () => {
      const { all, send, later } = slotsOf({ slots: 100, share: 1000 });
      const underWay = new Map(ids('w', webhooks).map((id) => [id, [] as Slot[]]));
      for (const id of underWay.keys()) send(id, 200);
      later(2000);
      for (let round = 0; round < 400; round += 1) {
        for (const [id, mine] of underWay) {
          if (round % 2 === 1) mine.shift()?.leave('answered');
          for (let slot = all.take(id); slot; slot = all.take(id)) mine.push(slot);
        }
      }
      const counts = [...underWay.values()].map(({ length }) => length);
      for (const count of counts) assert.ok(Math.abs(count - each) <= 2, counts.join(' '));
      assert.ok(all.take('another'));
    });
  }
});

suite('sends that hang', () => {
  test('a send takes long → it leaves the fast lane, and so does its webhook', () => {
    const { all, take } = slotsOf();
    take('w').tookLong();
    assert.deepEqual([all.busy(), all.standing('w')], [{ fast: 0, slow: 1 }, 'silent']);
  });

  test('more take long than the slow lane holds → never more under way than both lanes have', () => {
    const { all, later } = slotsOf({ slots: 10 });
    for (let i = 0; i < 3000; i += 1) {
      const slot = all.take(`w${i}`, i % 2 === 0);
      if (i % 7 === 0) later(100);
      slot?.tookLong();
      const { fast, slow } = all.busy();
      assert.ok(fast <= 10 && slow <= 10);
    }
  });

  test('unknown webhooks from the old end hang → they fill three quarters of the slow lane, and the fast one stays free', () => {
    const { all } = slotsOf({ slots: 10 });
    for (let round = 0; round < 5; round += 1) {
      const started = ids(`r${round} `, 10).flatMap((id) => all.take(id) ?? []);
      for (const slot of started) slot.tookLong();
    }
    assert.deepEqual(all.busy(), { fast: 0, slow: 8 });
    assert.equal(all.take('one more'), undefined);
  });

  test('unknown webhooks from the new end hang as well → they take half of the fast lane at most, and a known one still goes', () => {
    const { all, send } = slotsOf({ slots: 10 });
    send('healthy', 3);
    for (const id of ids('hanging', 100)) all.take(id, true)?.tookLong();
    assert.deepEqual(all.busy(), { fast: 5, slow: 8 });
    assert.equal(all.take('newcomer', true), undefined);
    assert.ok(all.take('healthy'));
  });

  test('webhooks that were quick until now hang all at once → the last places are for those that were quick in the last second', () => {
    const { all, send, fill, later } = slotsOf({ slots: 20 });
    const turned = ids('w', 100);
    for (const id of [...turned, 'healthy']) send(id, 5);
    later(1500);
    send('healthy', 1);
    for (const id of turned) fill(id);
    for (const id of turned) for (const slot of fill(id)) slot.tookLong();
    assert.equal(all.busy().fast, 18);
    assert.ok(all.take('healthy'));
  });

  test('quick webhooks begin to hang → those not seen to be quick since then fill half of the lane at most, until it is over', () => {
    const { all, send, take, later } = slotsOf({ slots: 20 });
    const before = ids('before', 30);
    for (const id of [...before, 'hanging', 'healthy']) send(id, 5);
    later(100);
    const hanging = take('hanging');
    later(500);
    send('healthy', 1);
    later(1000);
    hanging.tookLong();
    const taken = before.flatMap((id) => all.take(id) ?? []);
    assert.equal(taken.length, 10);
    assert.ok(all.take('healthy'));
    taken[0]?.leave('answered');
    assert.ok(all.take('before0'), 'it was quick again');
    later(10_001);
    assert.ok(all.take('before29'));
  });

  test('a place in the slow lane becomes free → the send that waits for it moves, and its place in the fast lane is free', () => {
    const { all, take } = slotsOf({ slots: 8 });
    const sends = ids('w', 7).map((id) => {
      const send = take(id, true);
      send.tookLong();
      return send;
    });
    assert.deepEqual(all.busy(), { fast: 1, slow: 6 });
    sends[0]?.leave('unanswered');
    assert.deepEqual(all.busy(), { fast: 0, slow: 6 });
    for (const send of sends.slice(1)) send.leave('answered');
    assert.deepEqual(all.busy(), { fast: 0, slow: 0 });
  });

  test('silent webhooks → a quarter of the slow lane is for those that answer', () => {
    const { all, take, fill } = slotsOf({ slots: 20 });
    const answering = take('answering');
    answering.tookLong();
    answering.leave('answered');
    for (const id of ids('silent', 30)) all.recall(id, { tookMs: 60_000, answered: false });
    for (const id of ids('silent', 30)) fill(id);
    assert.equal(all.busy().slow, 15);
    assert.ok(all.take('answering'));
  });

  test('unknown webhooks hang on all places that are open to them → one that answers late still gets a place', () => {
    const { all, take } = slotsOf({ slots: 20 });
    const answering = take('answering');
    answering.tookLong();
    answering.leave('answered');
    for (const id of ids('hanging', 100)) all.take(id, true)?.tookLong();
    assert.equal(all.busy().slow, 15);
    assert.ok(all.take('answering'));
  });

  test('three quick sends in a row → a late webhook is quick again', () => {
    const { all, take, send } = slotsOf();
    const slot = take('w');
    slot.tookLong();
    slot.leave('answered');
    send('w', 2);
    assert.equal(all.standing('w'), 'late');
    send('w', 1);
    assert.deepEqual([all.standing('w'), all.anyForSlowLane], ['quick', false]);
  });
});

suite('what another process has recorded', () => {
  for (const [when, then, last] of [
    ['took 60 s and was not answered', 'silent', { tookMs: 60_000, answered: false }],
    ['took 2 s and was answered', 'late', { tookMs: 2000, answered: true }],
    ['took a second', 'quick', { tookMs: 1000, answered: true }],
    ['was refused at once', 'quick', { tookMs: 1, answered: false }],
    ['is not there', 'unknown', undefined],
  ] as const) {
    test(`its last attempt ${when} → ${then}`, () => {
      const { all } = slotsOf();
      if (last) all.recall('w', last);
      assert.equal(all.standing('w'), then);
    });
  }

  test('this process has sent itself → that counts', () => {
    const { all, send } = slotsOf();
    send('w', 1);
    all.recall('w', { tookMs: 60_000, answered: false });
    assert.equal(all.standing('w'), 'quick');
  });
});

test('one slot in all → unknown, quick and late webhooks each get it in turn', () => {
  const { all, take } = slotsOf({ slots: 1 });
  const hanging = take('hanging');
  hanging.tookLong();
  take('healthy', true).leave('answered');
  take('healthy').leave('answered');
  hanging.leave('unanswered');
  take('hanging').leave('answered');
  assert.deepEqual(all.busy(), { fast: 0, slow: 0 });
});
