import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LimitedWebhooks } from '../../../src/worker/claiming/limited.ts';
import type { Next } from '../../../src/worker/limits/places.ts';

const PERMITS: Next = { kind: 'permits' };
const TOKENS: Next = { kind: 'tokens', afterMs: 250, expected: 3 };

/** One that has asked for places of `w` and got this answer. */
function answered(placed: number, next: Next | undefined) {
  const clock = { now: 1000 };
  const limited = new LimitedWebhooks(() => clock.now);
  limited.asked('w');
  const isDue = limited.answered('w', placed, next);
  return { clock, limited, isDue, leftOut: [...limited.leftOut()] };
}

suite('a webhook with limits', () => {
  test('places are asked for → it is left out until the answer is there', () => {
    const limited = new LimitedWebhooks(() => 0);
    limited.asked('w');
    assert.deepEqual([[...limited.leftOut()], limited.nextAt()], [['w'], Infinity]);
    limited.answered('w', 1, { kind: 'left', most: 4 });
    assert.deepEqual([[...limited.leftOut()], limited.most('w')], [[], 4]);
  });

  test('the database did not answer → it is claimed again', () => {
    const { isDue, leftOut } = answered(0, undefined);
    assert.deepEqual([isDue, leftOut], [true, []]);
  });

  test('the next tokens come later → left out until then, and then as many are claimed as there may be', () => {
    const { clock, limited, leftOut } = answered(2, TOKENS);
    assert.deepEqual([leftOut, limited.nextAt(), limited.most('w')], [['w'], 1250, 3]);
    assert.equal(limited.sendEnded('w'), false);
    assert.deepEqual(limited.takeDue(), []);
    clock.now = 1250;
    assert.deepEqual([limited.takeDue(), [...limited.leftOut()]], [['w'], []]);
  });

  test('the next token is an hour away → it is asked for again after 10 s, as its limit may be another one by then', () => {
    const { clock, limited } = answered(0, { kind: 'tokens', afterMs: 3_600_000, expected: 1 });
    assert.equal(limited.nextAt() - clock.now, 10_000);
    limited.answered('w', 0, { kind: 'tokens', afterMs: 5000, expected: 1 });
    assert.equal(limited.nextAt() - clock.now, 5100);
  });

  test('all permits are in use → left out until a send here ends', () => {
    const { limited, leftOut } = answered(1, PERMITS);
    assert.deepEqual([leftOut, limited.most('w')], [['w'], 1]);
    assert.deepEqual([limited.sendEnded('w'), [...limited.leftOut()]], [true, []]);
    limited.sendEnded('w');
    assert.equal(limited.most('w'), 2);
  });

  test('a send here ends while places are asked for → it is claimed again in spite of the answer', () => {
    const limited = new LimitedWebhooks(() => 0);
    limited.answered('w', 1, { kind: 'left', most: 1 });
    limited.asked('w');
    limited.sendEnded('w');
    assert.equal(limited.answered('w', 0, PERMITS), true);
    assert.deepEqual([...limited.leftOut()], []);
  });

  test('others have the permits again and again → left out for longer each time, up to 5 s, and briefly after a place', () => {
    const { clock, limited } = answered(0, PERMITS);
    const pauses = [limited.nextAt() - clock.now];
    for (let i = 0; i < 7; i += 1) {
      limited.answered('w', 0, PERMITS);
      pauses.push(limited.nextAt() - clock.now);
    }
    limited.answered('w', 1, PERMITS);
    pauses.push(limited.nextAt() - clock.now);
    assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 100]);
  });

  test('it has no limits any more → it is claimed like any other', () => {
    const { limited } = answered(0, TOKENS);
    limited.forget('w');
    assert.deepEqual([[...limited.leftOut()], limited.most('w')], [[], undefined]);
  });
});
