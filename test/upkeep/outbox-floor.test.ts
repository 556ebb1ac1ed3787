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
  clock.ms = 1000;
  floor.passed(900);
  clock.ms = 3000;
  floor.looked(1);
  assert.equal(floor.after(), 700);
  clock.ms = 4000;
  assert.equal(floor.after(), 0);
  floor.looked(1);
  assert.equal(floor.after(), 900);
});

test('a place was passed just now, the first of all → it is no floor, as a lower one may be committed only now', () => {
  const { clock, floor } = floorAt();
  floor.looked(1);
  floor.passed(700);
  assert.equal(floor.after(), 0);
  clock.ms = 2999;
  floor.looked(1);
  assert.equal(floor.after(), 0);
});

for (const { tookMs, nextMs } of [
  { tookMs: 1, nextMs: 1000 },
  { tookMs: 40, nextMs: 2000 },
  { tookMs: 500, nextMs: 5000 },
])
  test(`a look at all that took ${tookMs} ms → the next one ${nextMs} ms later`, () => {
    const { clock, floor } = floorAt();
    floor.passed(700);
    clock.ms = 3000;
    floor.looked(tookMs);
    clock.ms += nextMs - 1;
    assert.equal(floor.after(), 700);
    clock.ms += 1;
    assert.equal(floor.after(), 0);
  });

test('nothing was ever taken in → each look is one at all', () => {
  const { floor } = floorAt();
  floor.looked(1000);
  assert.equal(floor.after(), 0);
});
