import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UpkeepLoop } from '../../src/process/upkeep-loop.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';

const HOUR_MS = 3_600_000;

suite('an upkeep loop', () => {
  test('its start → it works at once, and not again before the pause is over', async () => {
    let runs = 0;
    const loop = new UpkeepLoop(
      { task: 'one', everyMs: HOUR_MS, log: silentLog },
      async () => void (runs += 1),
    );
    assert.equal(runs, 1);
    await loop.stop();
    assert.equal(runs, 1);
  });

  test('a run that ends → another one after the pause', async () => {
    let runs = 0;
    const loop = new UpkeepLoop(
      { task: 'one', everyMs: 1, log: silentLog },
      async () => void (runs += 1),
    );
    await until('three runs', () => runs >= 3);
    await loop.stop();
  });

  test('a run that leaves more to do → another one without the pause', async () => {
    let runs = 0;
    const work = async () => ((runs += 1) < 3 ? 'more' : undefined);
    const loop = new UpkeepLoop({ task: 'one', everyMs: HOUR_MS, log: silentLog }, work);
    await until('three runs', () => runs === 3);
    await loop.stop();
  });

  for (const [how, fail] of [
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
  ] as const) {
    test(`work that ${how} → upkeep.failed with its name, and another run`, async () => {
      const log = keepingLog();
      let runs = 0;
      const work = () => ((runs += 1) === 1 ? fail() : Promise.resolve());
      const loop = new UpkeepLoop({ task: 'one', everyMs: 1, log }, work);
      await until('a second run', () => runs >= 2);
      await loop.stop();
      assert.deepEqual(log.lines, [
        { level: 'warn', event: 'upkeep.failed', fields: { task: 'one', error: new Error('no') } },
      ]);
    });
  }

  test('stopped during a run → resolves at its end, and no other one begins', async () => {
    let runs = 0;
    let end = () => {};
    const work = () => {
      runs += 1;
      return new Promise<'more'>((resolve) => (end = () => resolve('more')));
    };
    const loop = new UpkeepLoop({ task: 'one', everyMs: 0, log: silentLog }, work);
    let isStopped = false;
    const stopping = loop.stop().then(() => (isStopped = true));
    await new Promise(setImmediate);
    assert.equal(isStopped, false);
    end();
    await stopping;
    assert.equal(runs, 1);
    assert.ok(!process.getActiveResourcesInfo().includes('Timeout'));
  });

  test('stopped during the pause → no timer is left', async () => {
    const loop = new UpkeepLoop({ task: 'one', everyMs: HOUR_MS, log: silentLog }, async () => {});
    await until('the pause', () => process.getActiveResourcesInfo().includes('Timeout'));
    await loop.stop();
    assert.ok(!process.getActiveResourcesInfo().includes('Timeout'));
  });
});
