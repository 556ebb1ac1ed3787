import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Activity } from '../../src/process/activity.ts';
import { UpkeepLoop } from '../../src/process/upkeep-loop.ts';
import { keepingLog, silentLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';

const HOUR_MS = 3_600_000;

suite('an upkeep loop', () => {
  test('its start → it works at once, and not again before the pause is over', async () => {
    let runs = 0;
    const loop = new UpkeepLoop(silentLog, {
      task: 'one',
      everyMs: HOUR_MS,
      work: async () => void (runs += 1),
    });
    assert.equal(runs, 1);
    await loop.stop();
    assert.equal(runs, 1);
  });

  test('a run that ends → another one after the pause', async () => {
    let runs = 0;
    const loop = new UpkeepLoop(silentLog, {
      task: 'one',
      everyMs: 1,
      work: async () => void (runs += 1),
    });
    await until('three runs', () => runs >= 3);
    await loop.stop();
  });

  test('a run that leaves more to do → another one without the pause', async () => {
    let runs = 0;
    const work = async () => ((runs += 1) < 3 ? 'more' : undefined);
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: HOUR_MS, work });
    await until('three runs', () => runs === 3);
    await loop.stop();
  });

  test('a run that says when the next one is needed → it comes then, and not after the pause', async () => {
    let runs = 0;
    const work = async () => ((runs += 1) < 3 ? 1 : HOUR_MS);
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: 10, work });
    await until('three runs', () => runs === 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(runs, 3);
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
      const loop = new UpkeepLoop(log, { task: 'one', everyMs: 1, work });
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
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: 0, work });
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
    const work = async () => {};
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: HOUR_MS, work });
    await until('the pause', () => process.getActiveResourcesInfo().includes('Timeout'));
    await loop.stop();
    assert.ok(!process.getActiveResourcesInfo().includes('Timeout'));
  });

  test('one task that always has more → the others come at their time', async () => {
    let busy = 0;
    let others = 0;
    const loop = new UpkeepLoop(
      silentLog,
      { task: 'busy', everyMs: HOUR_MS, work: async () => ((busy += 1), 'more') },
      { task: 'other', everyMs: 1, work: async () => void (others += 1) },
    );
    await until('runs of both', () => busy >= 3 && others >= 3);
    await loop.stop();
  });

  test('one task that fails → upkeep.failed with its name, and the others go on', async () => {
    const log = keepingLog();
    let others = 0;
    const loop = new UpkeepLoop(
      log,
      { task: 'bad', everyMs: HOUR_MS, work: () => Promise.reject(new Error('no')) },
      { task: 'other', everyMs: 1, work: async () => void (others += 1) },
    );
    await until('runs of the other', () => others >= 2);
    await loop.stop();
    assert.deepEqual(log.lines, [
      { level: 'warn', event: 'upkeep.failed', fields: { task: 'bad', error: new Error('no') } },
    ]);
  });

  test('stopped during the run of one task → that of the next one does not begin', async () => {
    let others = 0;
    let end = () => {};
    const loop = new UpkeepLoop(
      silentLog,
      { task: 'first', everyMs: 1, work: () => new Promise<void>((resolve) => (end = resolve)) },
      { task: 'second', everyMs: 1, work: async () => void (others += 1) },
    );
    const stopping = loop.stop();
    end();
    await stopping;
    assert.equal(others, 0);
  });

  test('woken in its pause → another run at once', async () => {
    let runs = 0;
    const work = async () => void (runs += 1);
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: HOUR_MS, work });
    await until('the pause', () => process.getActiveResourcesInfo().includes('Timeout'));
    loop.wake();
    await until('another run', () => runs === 2);
    await loop.stop();
    loop.wake();
    assert.equal(runs, 2);
  });

  test('woken during a run → another one follows it', async () => {
    let runs = 0;
    let end = () => {};
    const work = () => {
      runs += 1;
      return new Promise<void>((resolve) => (end = resolve));
    };
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: HOUR_MS, work });
    loop.wake();
    assert.equal(runs, 1);
    end();
    await until('another run', () => runs === 2);
    end();
    await loop.stop();
  });

  test('a run that knows when the next one is due → it comes then', async () => {
    let runs = 0;
    const work = async () => ((runs += 1) < 3 ? 1 : Infinity);
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: HOUR_MS, work });
    await until('three runs', () => runs === 3);
    await until('a rest', () => !process.getActiveResourcesInfo().includes('Timeout'));
    await loop.stop();
  });

  test('its activity rests → no run and no timer, until it begins again', async () => {
    const clock = { now: 0 };
    const during = new Activity(() => clock.now);
    let runs = 0;
    const work = async () => void (runs += 1);
    const loop = new UpkeepLoop(silentLog, { task: 'one', everyMs: 1, during, work });
    await until('a rest', () => !process.getActiveResourcesInfo().includes('Timeout'));
    assert.equal(runs, 0);
    during.note();
    await until('two runs', () => runs >= 2);
    clock.now = 10_001;
    await until('a rest', () => !process.getActiveResourcesInfo().includes('Timeout'));
    during.note();
    const before = runs;
    await until('another run', () => runs > before);
    await loop.stop();
  });
});
