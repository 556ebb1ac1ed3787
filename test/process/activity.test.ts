import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Activity } from '../../src/process/activity.ts';

test('signs of activity → each first one after a rest of more than 10 s is told', () => {
  const clock = { now: 0 };
  const activity = new Activity(() => clock.now);
  let told = 0;
  activity.onBegin(() => (told += 1));
  assert.ok(activity.isResting());
  assert.equal(activity.note(), true);
  assert.ok(!activity.isResting());
  clock.now = 10_000;
  assert.equal(activity.note(), false);
  clock.now = 20_000;
  assert.ok(!activity.isResting());
  assert.equal(told, 1);
  clock.now = 20_001;
  assert.ok(activity.isResting());
  assert.equal(activity.note(), true);
  assert.equal(told, 2);
});
