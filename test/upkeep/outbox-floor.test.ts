import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutboxFloor } from '../../src/upkeep/outbox-floor.ts';

function floorAt() {
  const clock = { ms: 0 };
  return { clock, floor: new OutboxFloor(() => clock.ms) };
}

test('what was taken in some seconds ago → most looks begin behind it, and one a second at the first place', () => {
  const { clock, floor } = floorAt();
  assert.equal(floor.after(), 0);
  floor.looked(1);
  floor.passed(700);
  assert.equal(floor.after(), 700, 'the first one counts at once');
  floor.passed(900);
  clock.ms = 1000;
  assert.equal(floor.after(), 0);
  floor.looked(1);
  assert.equal(floor.after(), 700);
  clock.ms = 3000;
  floor.looked(1);
  assert.equal(floor.after(), 900);
});

test('a look at all that took long → the next one comes so much later', () => {
  const { clock, floor } = floorAt();
  floor.passed(700);
  floor.looked(500);
  clock.ms = 24_999;
  assert.equal(floor.after(), 700);
  clock.ms = 25_000;
  assert.equal(floor.after(), 0);
});

test('nothing was ever taken in → each look is one at all', () => {
  const { floor } = floorAt();
  floor.looked(1000);
  assert.equal(floor.after(), 0);
});
