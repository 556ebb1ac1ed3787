import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Readings, STALE_MS } from '../../src/worker/readings.ts';

suite('what was read of a webhook', () => {
  const [one, other] = ['one', 'other'];
  const now = (webhookId: string) => ({ webhookId, readAt: performance.now() });

  test('nothing is told → it holds, for as long as a claim may wait', () => {
    const readings = new Readings();
    assert.equal(readings.hasChanged(now(one)), false);
    assert.equal(readings.isStale(now(one)), false);
    const old = { webhookId: one, readAt: performance.now() - STALE_MS - 1 };
    assert.deepEqual([readings.hasChanged(old), readings.isStale(old)], [false, true]);
  });

  test('a change is told → what was read of that webhook before does not hold, and what is read after it does', async () => {
    const readings = new Readings();
    const before = [now(one), now(other)] as const;
    readings.changed(one);
    assert.deepEqual(
      before.map((reading) => [readings.hasChanged(reading), readings.isStale(reading)]),
      [
        [true, true],
        [false, false],
      ],
    );
    await later();
    assert.equal(readings.hasChanged(now(one)), false);
  });

  test('any may have changed → nothing that was read before holds', async () => {
    const readings = new Readings();
    readings.changed(one);
    const before = [now(one), now(other)];
    await later();
    readings.changed();
    assert.deepEqual(
      before.map((reading) => readings.hasChanged(reading)),
      [true, true],
    );
    await later();
    assert.equal(readings.hasChanged(now(other)), false);
  });

  test('more webhooks change than are told apart → none of them is forgotten', async () => {
    const readings = new Readings();
    const before = [now('0'), now('never told')];
    for (let i = 0; i <= 10_000; i += 1) readings.changed(String(i));
    assert.deepEqual(
      before.map((reading) => readings.hasChanged(reading)),
      [true, true],
    );
  });
});

/** The clock has gone on. */
async function later(): Promise<void> {
  const since = performance.now();
  while (performance.now() <= since) await new Promise(setImmediate);
}
