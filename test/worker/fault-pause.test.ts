import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultPause } from '../../src/worker/fault-pause.ts';

function pauseAt() {
  let now = 0;
  const pause = new FaultPause(() => now);
  return { pause, later: (ms: number) => void (now += ms) };
}

test('faults one after the other → each pause is twice as long, up to 30 s', () => {
  const { pause, later } = pauseAt();
  const lengths = [];
  for (let i = 0; i < 7; i += 1) {
    const { ms, isNew } = pause.fault();
    assert.ok(isNew);
    lengths.push(ms);
    later(ms);
  }
  assert.deepEqual(lengths, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('many sends fail at once → one pause', () => {
  const { pause, later } = pauseAt();
  pause.fault();
  later(500);
  assert.deepEqual([pause.fault(), pause.isOn()], [{ ms: 1000, isNew: false }, true]);
  later(500);
  assert.equal(pause.isOn(), false);
});

test('a send got through after the pause → the next pause is short again; one from before it changes nothing', () => {
  const { pause, later } = pauseAt();
  later(pause.fault().ms);
  pause.fault();
  pause.recovered();
  later(2000);
  assert.equal(pause.fault().ms, 4000);
  later(4000);
  pause.recovered();
  assert.equal(pause.fault().ms, 1000);
});
