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
  floor.passed(700);
  floor.looked(1);
  clock.ms = 2999;
  assert.equal(floor.after(), 0);
  clock.ms = 3000;
  floor.after();
  floor.looked(1);
  clock.ms = 3999;
  assert.equal(floor.after(), 700);
  clock.ms = 4000;
  assert.equal(floor.after(), 0);
});

test('a look at all that took long → the next one comes so much later', () => {
  const { clock, floor } = floorAt();
  floor.passed(700);
  clock.ms = 3000;
  floor.after();
  floor.looked(500);
  clock.ms = 27_999;
  assert.equal(floor.after(), 700);
  clock.ms = 28_000;
  assert.equal(floor.after(), 0);
});

test('nothing is known yet, and a look took long → there is none in between, for a moment', () => {
  const { clock, floor } = floorAt();
  floor.looked(1000);
  clock.ms = 1499;
  assert.equal(floor.after(), undefined);
  clock.ms = 1500;
  assert.equal(floor.after(), 0);
});
