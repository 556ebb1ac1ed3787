import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Slots } from '../../../src/worker/slots/slots.ts';
import type { Slot } from '../../../src/worker/slots/slot.ts';
import type { SendEnd } from '../../../src/worker/slots/standing.ts';

/**
 * FAST_CHECK_SEED repeats a failed run: its seed is in the failure's message. FAST_CHECK_RUNS asks
 * for more than the usual.
 */
const { FAST_CHECK_SEED: seed, FAST_CHECK_RUNS: runs = '500' } = process.env;

type Step =
  | { kind: 'take'; webhook: number; newcomer: boolean }
  | { kind: 'tookLong'; nth: number }
  | { kind: 'leave'; nth: number; end: SendEnd }
  | { kind: 'recall'; webhook: number; tookMs: number; answered: boolean }
  | { kind: 'later'; ms: number };

type Send = { webhookId: string; slot: Slot; isLong: boolean };

const webhook = fc.nat({ max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('take'), webhook, newcomer: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tookLong'), nth: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('leave'),
      nth: fc.nat(),
      end: fc.constantFrom('answered', 'unanswered', 'unused'),
    }),
  },
  fc.record({
    kind: fc.constant('recall'),
    webhook,
    tookMs: fc.constantFrom(5, 2000),
    answered: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('later'), ms: fc.nat({ max: 2000 }) }),
);

test('whatever sends begin, take long and end → the bounds of the lanes, of each webhook and of unknown ones hold, and nobody is locked out', () => {
  const sizes = { slots: fc.integer({ min: 1, max: 30 }), share: fc.integer({ min: 1, max: 10 }) };
  fc.assert(
    fc.property(
      fc.record(sizes),
      fc.array(step, { maxLength: 300, size: 'max' }),
      (options, steps) => {
        const world = new World(options);
        for (const one of steps) world.step(one);
        world.end();
      },
    ),
    { numRuns: Number(runs), ...(seed === undefined ? {} : { seed: Number(seed) }) },
  );
});

/** Slots, the sends on them, and what a reader of the rules expects of both. */
class World {
  readonly #slots: Slots;
  readonly #options: { slots: number; share: number };
  #sends: Send[] = [];
  #now = 0;

  constructor(options: { slots: number; share: number }) {
    this.#options = options;
    this.#slots = new Slots({ ...options, now: () => this.#now });
  }

  step(one: Step): void {
    switch (one.kind) {
      case 'take':
        this.#take(`w${one.webhook}`, one.newcomer);
        break;
      case 'tookLong':
        this.#tookLong(this.#sends[one.nth % this.#sends.length]);
        break;
      case 'leave':
        this.#leave(this.#sends[one.nth % this.#sends.length], one.end);
        break;
      case 'recall':
        this.#slots.recall(`w${one.webhook}`, one);
        break;
      case 'later':
        this.#now += one.ms;
    }
    this.#check();
  }

  /** All leave: nothing is left, and everybody can begin. */
  end(): void {
    for (const send of this.#sends.slice()) this.#leave(send, 'unanswered');
    assert.deepEqual(this.#slots.busy(), { fast: 0, slow: 0 });
    assert.deepEqual([...this.#slots.active()], []);
    for (let i = 0; i <= 13; i += 1) {
      const slot = this.#slots.take(`w${i}`);
      assert.ok(
        slot,
        `w${i}, which is ${this.#slots.standing(`w${i}`)}, finds no place though all are free`,
      );
      slot.leave('unused');
    }
  }

  #take(webhookId: string, newcomer: boolean): void {
    const room = this.#slots.room(webhookId);
    const slot = this.#slots.take(webhookId, newcomer);
    assert.ok(
      newcomer || (slot !== undefined) === room > 0,
      `room for ${room}, and it was ${slot ? '' : 'not '}taken`,
    );
    if (slot) this.#sends.push({ webhookId, slot, isLong: false });
  }

  #tookLong(send: Send | undefined): void {
    if (send === undefined || send.isLong) return;
    send.isLong = true;
    send.slot.tookLong();
    assert.equal(this.#slots.standing(send.webhookId), 'silent');
  }

  #leave(send: Send | undefined, end: SendEnd): void {
    if (send === undefined) return;
    this.#sends = this.#sends.filter((one) => one !== send);
    send.slot.leave(end);
  }

  #check(): void {
    const { slots, share } = this.#options;
    const { fast, slow } = this.#slots.busy();
    assert.equal(fast + slow, this.#sends.length);
    assert.ok(
      fast >= 0 && fast <= slots && slow >= 0 && slow <= slots,
      `${fast} fast and ${slow} slow ones on ${slots}`,
    );
    assert.ok(
      slow >= Math.min(slots - keptOf(slots), this.#sends.filter(({ isLong }) => isLong).length),
      'one that takes long stays in the fast lane',
    );
    for (const [id, of] of Map.groupBy(this.#sends, ({ webhookId }) => webhookId))
      assert.ok(of.length <= share && this.#slots.isActive(id), `${of.length} of ${id}`);
    const inFast = this.#sends.filter(
      ({ webhookId }) => this.#slots.standing(webhookId) === 'unknown',
    ).length;
    assert.ok(inFast <= Math.max(1, Math.floor(slots / 2)), `${inFast} unknown ones`);
  }
}

/** Places of the slow lane that silent sends do not get. */
function keptOf(slots: number): number {
  return slots > 1 ? Math.max(1, Math.floor(slots / 4)) : 0;
}
