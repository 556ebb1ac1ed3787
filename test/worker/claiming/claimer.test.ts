import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Buffer } from '../../../src/worker/buffer.ts';
import { Claimer } from '../../../src/worker/claiming/claimer.ts';
import type { Claim } from '../../../src/queue/claim.ts';
import type { ClaimRequest } from '../../../src/queue/claim-statement.ts';
import { Slots } from '../../../src/worker/slots/slots.ts';

const claimOf = (webhookId: string): Claim => ({
  jobId: 'j',
  generation: 'g',
  deliveryId: 'd',
  webhookId,
  crashes: 0,
  isNew: false,
});

const ids = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** How many of a webhook a request asks for; undefined: as many as of any other. */
function asked(request: ClaimRequest | undefined, webhookId: string): number | undefined {
  return request?.leftOut.includes(webhookId) ? 0 : request?.rooms.get(webhookId);
}

/** A claimer on a queue that notes what it is asked for, and answers as told. */
function claimerOf({ slots: size = 10, pollingIntervalMs = 60_000, quietMs = async () => 0 } = {}) {
  let time = 0;
  const now = () => time;
  const slots = new Slots({ slots: size, share: 20, now });
  const buffer = new Buffer<{ webhookId: string }>(size);
  const requests: ClaimRequest[] = [];
  let more: Record<ClaimRequest['from'] | 'hidden' | 'redeliveries', boolean> = {
    newest: false,
    oldest: false,
    hidden: false,
    redeliveries: false,
  };
  const claimer = new Claimer({
    queue: {
      async claim(request) {
        requests.push(request);
        return {
          claims: [claimOf('w')],
          more: more[request.from],
          hidden: request.from === 'newest' && more.hidden,
          redeliveries: request.from === 'newest' && more.redeliveries,
        };
      },
    },
    slots,
    buffer,
    pollingIntervalMs,
    quietMs,
    now,
  });
  /** Claims as long as it wants to without being told anything, at most `most` times. */
  async function settle(most = 10): Promise<string[]> {
    const asked: string[] = [];
    for (let turn = 0; turn < 1000 && asked.length < most && claimer.waitMs() < 1000; turn += 1) {
      const { claims, from } = await claimer.claim();
      if (claims.length > 0) asked.push(from);
      else time += 1;
    }
    return asked;
  }
  return {
    ...{ claimer, slots, buffer, requests, settle },
    answer: (given: Partial<typeof more>) => void (more = { ...more, ...given }),
    later: (ms: number) => void (time += ms),
  };
}

suite('which end of the queue is claimed from', () => {
  test('it starts, and nothing more waits → the new end, once', async () => {
    const { settle, claimer } = claimerOf();
    assert.deepEqual(await settle(), ['newest']);
    assert.ok(claimer.waitMs() > 50_000);
  });

  test('more may lie behind → the old end too, until it has no more', async () => {
    const { answer, settle } = claimerOf();
    answer({ newest: true, oldest: true });
    assert.deepEqual(await settle(4), ['newest', 'oldest', 'oldest', 'oldest']);
    answer({ newest: true, oldest: false });
    assert.deepEqual(await settle(), ['oldest']);
  });

  test('there is a backlog, and it is woken → the new end again, before the next claim of the old one', async () => {
    const { claimer, settle, answer } = claimerOf();
    answer({ newest: true, oldest: true });
    await settle(3);
    claimer.wake();
    assert.deepEqual(await settle(1), ['newest']);
  });

  test('jobs lie out of sight behind the newest → the old end too, a few times a second', async () => {
    const { claimer, answer, settle, later } = claimerOf();
    answer({ hidden: true });
    assert.deepEqual(await settle(2), ['newest', 'oldest']);
    claimer.wake();
    assert.deepEqual(await settle(1), ['newest']);
    // However often it is woken meanwhile.
    for (let i = 0; i < 3; i += 1) {
      later(50);
      claimer.wake();
      assert.deepEqual(await settle(1), ['newest']);
    }
    later(50);
    assert.equal(claimer.waitMs(), 0);
    assert.deepEqual(await settle(1), ['oldest']);
  });

  test('nobody tells anything → again after the polling interval', async () => {
    const { claimer, settle, later } = claimerOf({ pollingIntervalMs: 1500 });
    await settle(1);
    assert.equal(claimer.waitMs(), 1500);
    later(1500);
    assert.deepEqual(await settle(1), ['newest']);
  });

  test('nothing can be waiting → no claim, until the first job is due', async () => {
    let quiet = 7000;
    const options = { pollingIntervalMs: 1500, quietMs: async () => quiet };
    const { claimer, settle, later } = claimerOf(options);
    await settle(1);
    later(1500);
    assert.deepEqual((await claimer.claim()).claims, []);
    assert.equal(claimer.waitMs(), 7000);
    later(7000);
    quiet = 0;
    assert.deepEqual(await settle(1), ['newest']);
    assert.equal(claimer.waitMs(), 1500);
  });

  test('woken while nothing can be waiting → a claim, and another look after the polling interval', async () => {
    const options = { pollingIntervalMs: 1500, quietMs: async () => 7000 };
    const { claimer, settle, later } = claimerOf(options);
    await settle(1);
    later(1500);
    await claimer.claim();
    claimer.wake();
    assert.deepEqual(await settle(1), ['newest']);
    assert.equal(claimer.waitMs(), 1500);
  });

  test('woken while it looks whether anything can be waiting → a claim', async () => {
    const looks: (() => void)[] = [];
    const quietMs = () => new Promise<number>((resolve) => looks.push(() => resolve(7000)));
    const { claimer, settle, later } = claimerOf({ pollingIntervalMs: 1500, quietMs });
    await settle(1);
    later(1500);
    const claimed = claimer.claim();
    claimer.wake();
    looks[0]?.();
    assert.equal((await claimed).claims.length, 1);
    assert.equal(claimer.waitMs(), 1500);
  });

  test('whether anything can be waiting is not told → a claim', async () => {
    const quietMs = () => Promise.reject(new Error('no'));
    const { settle, later } = claimerOf({ pollingIntervalMs: 1500, quietMs });
    await settle(1);
    later(1500);
    assert.deepEqual(await settle(1), ['newest']);
  });
});

suite('what is claimed', () => {
  test('nothing is under way → as many as there are slots, a few of each webhook', async () => {
    const { claimer, requests } = claimerOf({ slots: 50 });
    await claimer.claim();
    assert.deepEqual(requests, [
      { limit: 50, from: 'newest', rooms: new Map(), leftOut: [], onlyNew: [], otherwise: 2 },
    ]);
  });

  test('a webhook has all that it may have → none of it, until a send of it is over', async () => {
    const { claimer, slots, requests, settle } = claimerOf();
    const slot = slots.take('w');
    slot?.tookLong();
    await settle();
    assert.equal(asked(requests[0], 'w'), 0);
    assert.deepEqual(await settle(), []);
    slot?.leave('answered');
    claimer.sendEnded('w');
    assert.deepEqual(await settle(), ['newest']);
    assert.equal(asked(requests[1], 'w'), undefined);
  });

  test('claims of a webhook wait already → as many less', async () => {
    const { slots, buffer, claimer, requests } = claimerOf({ slots: 100 });
    for (let i = 0; i < 4; i += 1) slots.take('w')?.leave('answered');
    buffer.add({ webhookId: 'w' }, 10);
    await claimer.claim();
    // Five to send, ten to follow.
    assert.equal(asked(requests[0], 'w'), 14);
  });

  test('there is room for a few beside many that wait → none of it, until there is room for more', async () => {
    const { slots, buffer, claimer, requests, settle } = claimerOf({ slots: 100 });
    for (let i = 0; i < 4; i += 1) slots.take('w')?.leave('answered');
    const sends = Array.from({ length: 5 }, () => slots.take('w'));
    for (let i = 0; i < 7; i += 1) buffer.add({ webhookId: 'w' }, 10);
    await claimer.claim();
    assert.equal(asked(requests[0], 'w'), 0);
    sends[0]?.leave('answered');
    claimer.sendEnded('w');
    assert.deepEqual(await settle(), ['newest']);
    assert.ok((asked(requests[1], 'w') ?? 0) >= 5);
  });

  test('the fast lane is full, and nothing late is known → nothing', async () => {
    const { slots, settle } = claimerOf({ slots: 1 });
    slots.take('w');
    assert.deepEqual(await settle(), []);
  });

  test('those of others fill the buffer → of a quick webhook no more than can be sent now', async () => {
    const { slots, buffer, claimer, requests } = claimerOf();
    for (let i = 0; i < 4; i += 1) slots.take('w')?.leave('answered');
    slots.take('w');
    for (const id of ids('other', 10)) buffer.add({ webhookId: id }, 1);
    await claimer.claim();
    assert.equal(asked(requests[0], 'w'), slots.room('w'));
  });

  test('those that wait fill the buffer → still some of the newest', async () => {
    const { buffer, claimer, requests } = claimerOf();
    for (let i = 0; i < 10; i += 1) buffer.add({ webhookId: `w${i}` }, 1);
    await claimer.claim();
    assert.deepEqual([requests[0]?.from, requests[0]?.limit], ['newest', 10]);
  });
});

suite('a claim that found no room', () => {
  test('a send of its webhook is over → it is claimed like any other', async () => {
    const { claimer, requests, settle } = claimerOf();
    await settle();
    for (const shortage of ['unknown', 'newcomer', 'silent', 'bytes'] as const)
      claimer.turnAway('w', shortage);
    claimer.sendEnded('w');
    claimer.wake();
    await settle();
    assert.deepEqual([asked(requests[1], 'w'), requests[1]?.onlyNew], [undefined, []]);
  });

  for (const [shortage, end] of [
    ['unknown', 'oldest'],
    ['newcomer', 'newest'],
  ] as const) {
    test(`${shortage} → its webhook is left out until there is room for one like it, then found at the ${end} end`, async () => {
      const { claimer, slots, requests, settle } = claimerOf();
      const taken = Array.from(
        { length: 5 },
        (_, i) => slots.take(`hanging ${i}`) ?? assert.fail('no room'),
      );
      await settle();
      claimer.turnAway('stranger', shortage);
      claimer.wake();
      await settle();
      // Something new of it may still be tried as a newcomer.
      assert.deepEqual(
        [asked(requests[1], 'stranger'), requests[1]?.onlyNew],
        shortage === 'unknown' ? [undefined, ['stranger']] : [0, []],
      );
      taken[0]?.leave('unanswered');
      claimer.sendEnded('other');
      assert.deepEqual(await settle(), [end]);
      // One that was not new is asked for by name, no more of it than may be sent.
      assert.deepEqual(
        [asked(requests[2], 'stranger'), requests[2]?.onlyNew],
        [shortage === 'unknown' ? 1 : undefined, []],
      );
    });
  }

  test('many were turned away → the first and the last of them are claimed again with each place', async () => {
    const { claimer, slots, requests, settle } = claimerOf();
    const taken = Array.from(
      { length: 5 },
      (_, i) => slots.take(`hanging ${i}`) ?? assert.fail('no room'),
    );
    await settle();
    for (let i = 0; i < 10; i += 1) claimer.turnAway(`stranger ${i}`, 'unknown');
    taken[0]?.leave('unanswered');
    claimer.sendEnded('other');
    await settle();
    assert.deepEqual(
      requests[1]?.onlyNew,
      [1, 2, 3, 4, 5, 6, 7, 8].map((i) => `stranger ${i}`),
    );
  });

  test('for want of bytes → one webhook is claimed again with each send that is over', async () => {
    const { claimer, requests, settle } = claimerOf();
    await settle();
    for (const id of ['a', 'b']) claimer.turnAway(id, 'bytes');
    claimer.sendEnded('other');
    await settle();
    assert.deepEqual([asked(requests[1], 'a'), asked(requests[1], 'b')], [1, 0]);
  });

  test('for want of bytes, and a send of a short payload is over → it is not claimed again for that', async () => {
    const { claimer, requests, settle } = claimerOf();
    await settle();
    claimer.turnAway('a', 'bytes');
    claimer.sendEnded('other', false);
    claimer.wake();
    await settle();
    assert.equal(asked(requests[1], 'a'), 0);
  });

  test('its webhook is silent, and others like it wait for their turn → it comes after them', async () => {
    const { claimer, slots, requests, settle } = claimerOf();
    for (const id of ['a', 'b', 'c', ...ids('hanging', 7)])
      slots.recall(id, { tookMs: 60_000, answered: false });
    const places = new Map(
      ['a', ...ids('hanging', 7)].map((id) => [id, slots.take(id) ?? assert.fail('no room')]),
    );
    await settle();
    for (const id of ['b', 'c']) claimer.turnAway(id, 'silent');
    places.get('a')?.leave('unanswered');
    claimer.sendEnded('a');
    await settle(1);
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => asked(requests[1], id)),
      [0, 1, 0],
    );
  });

  test('it is asked for again, and nothing of its webhook is due → the next one has its turn', async () => {
    const { claimer, slots, requests, settle } = claimerOf();
    for (const id of ['a', 'b', ...ids('hanging', 8)])
      slots.recall(id, { tookMs: 60_000, answered: false });
    const [place] = ids('hanging', 8).map((id) => slots.take(id));
    await settle();
    for (const id of ['a', 'b']) claimer.turnAway(id, 'silent');
    place?.leave('unused');
    claimer.roomChanged();
    assert.deepEqual(await settle(), ['oldest', 'oldest']);
    assert.deepEqual(
      requests.slice(1).map((request) => [asked(request, 'a'), asked(request, 'b')]),
      [
        [1, 0],
        [undefined, 1],
      ],
    );
  });
});

test('it is paused → nothing is claimed until the pause is over', async () => {
  const { claimer, requests, later } = claimerOf();
  claimer.pause(200);
  later(199);
  assert.deepEqual((await claimer.claim()).claims, []);
  assert.deepEqual([claimer.waitMs(), requests.length], [1, 0]);
  later(1);
  assert.equal((await claimer.claim()).claims.length, 1);
});

test('a claim fails → it is tried again after a pause, whatever the polling interval is', async () => {
  const slots = new Slots({ slots: 10, share: 20 });
  const buffer = new Buffer<{ webhookId: string }>(10);
  const queue = { claim: () => Promise.reject(new Error('the database is gone')) };
  const claimer = new Claimer({ queue, slots, buffer, pollingIntervalMs: 3_600_000 });
  await assert.rejects(claimer.claim(), /the database is gone/);
  assert.ok(claimer.waitMs() > 500 && claimer.waitMs() <= 1000);
});

test('it is paused again for a shorter time → the longer pause stays', () => {
  const { claimer } = claimerOf();
  claimer.pause(30_000);
  claimer.pause(1000);
  assert.ok(claimer.waitMs() > 20_000);
});
