import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ALL_WEBHOOKS } from '../../src/statistics/figures.ts';
import { Recorder, type Minute } from '../../src/statistics/recorder.ts';

const MINUTE = 60_000;

suite('the recorder', () => {
  test('nothing happened → there is nothing to write', () => {
    assert.equal(new Recorder().batch(), undefined);
  });

  test('figures and attempts → one row of each webhook and minute, and one of all together', () => {
    const clock = new TestClock();
    const recorder = new Recorder(clock);
    recorder.note('a', 'accepted');
    recorder.note('a', 'accepted');
    recorder.attempted('a', 'succeeded', 40);
    recorder.attempted('b', 'retried', 2);
    clock.ms += MINUTE;
    recorder.note('b', 'failed');
    const b = { attempts: 1, retried: 1, ms_2: 1 };
    assert.deepEqual(byName(recorder.batch()?.minutes), {
      'a 30': { accepted: 2, attempts: 1, succeeded: 1, ms_50: 1 },
      'b 30': b,
      'all 30': { accepted: 2, attempts: 2, succeeded: 1, retried: 1, ms_50: 1, ms_2: 1 },
      'b -30': { failed: 1 },
      'all -30': { failed: 1 },
    });
  });

  test('until a batch is written → it is the same again, with its number; what happens meanwhile comes with the next one', () => {
    const recorder = new Recorder(new TestClock());
    recorder.note('a', 'accepted');
    const first = recorder.batch();
    recorder.note('a', 'held');
    assert.deepEqual(recorder.batch(), first);
    recorder.written(2 * MINUTE);
    const second = recorder.batch();
    assert.deepEqual(second?.minutes[0]?.counts[0], ['a', { held: 1 }]);
    assert.equal(second?.writer, first?.writer);
    assert.equal(second?.number, (first?.number ?? 0) + 1);
  });

  test('the database told its time → minutes are those of the database', () => {
    const clock = new TestClock();
    const recorder = new Recorder(clock);
    recorder.note('a', 'accepted');
    recorder.batch();
    // There it is 10 s before the end of a minute, a year later.
    recorder.written(365 * 24 * 60 * MINUTE + 50_000);
    recorder.note('a', 'accepted');
    clock.ms += 11_000;
    recorder.note('a', 'accepted');
    assert.deepEqual(
      recorder.batch()?.minutes.map(({ ageSeconds }) => ageSeconds),
      [31, -29],
    );
  });

  test('many webhooks → it asks to be written once, and in the end counts more of them among all only', () => {
    const recorder = new Recorder(new TestClock());
    let asked = 0;
    recorder.onMany(() => (asked += 1));
    for (let n = 0; n < 60_000; n += 1) recorder.note(`webhook ${n}`, 'accepted');
    assert.equal(asked, 1);
    const rows = recorder.batch()?.minutes[0]?.counts ?? [];
    assert.equal(rows.length, 50_000);
    assert.equal(new Map(rows).get(ALL_WEBHOOKS)?.accepted, 60_000);
  });
});

/** Begins at the start of a minute. */
class TestClock {
  ms = 0;
  startedAt = 1000 * MINUTE;
  now = () => this.ms;
}

/** Counts by webhook and age of the middle of the minute. */
function byName(minutes: Minute[] = []) {
  return Object.fromEntries(
    minutes.flatMap(({ ageSeconds, counts }) =>
      counts.map(([webhookId, ofWebhook]) => [
        `${webhookId === ALL_WEBHOOKS ? 'all' : webhookId} ${ageSeconds}`,
        ofWebhook,
      ]),
    ),
  );
}
