import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  foldAll,
  nextProbePause,
  type Change,
  type Health,
  type HealthSettings,
  type Told,
} from '../../../src/webhooks/health/health.ts';

const NOW = 1_000_000;

const FRESH: Health = {
  state: 'healthy',
  consecutive_failures: 0,
  failures_since: null,
  failing_since: null,
  last_success_at: null,
  last_failure_at: null,
  probe_at: null,
  probe_pause: null,
  probe_delivery_id: null,
  recovering_since: null,
};

const RETRY: HealthSettings = {
  on_failing: 'retry',
  failing_after: { attempts: 3, seconds: 60 },
  deactivate_after: null,
};
const HOLD: HealthSettings = { ...RETRY, on_failing: 'hold' };

const success: Told = { kind: 'success', probe: false, seconds: 1 };
const failure: Told = { kind: 'failure', probe: false, seconds: 1 };
const crash: Told = { kind: 'unknown', probe: false, seconds: 1 };
const probe = (told: Told): Told => ({ ...told, probe: true });

/** It has failed twice, the first time so many seconds ago. */
const failed = (seconds: number, times = 2): Partial<Health> => ({
  consecutive_failures: times,
  failures_since: NOW - seconds,
  last_failure_at: NOW - 1,
});
const FAILING: Partial<Health> = {
  ...failed(500, 9),
  state: 'failing',
  failing_since: NOW - 400,
  probe_at: NOW - 2,
  probe_pause: 40,
};
const PROBED: Partial<Health> = { ...FAILING, probe_delivery_id: 'd' };
const RECOVERING: Partial<Health> = {
  state: 'recovering',
  failing_since: NOW - 400,
  last_success_at: NOW - 5,
  last_failure_at: NOW - 60,
  probe_pause: 40,
  recovering_since: NOW - 5,
};
const HELD: Change = { kind: 'failing', held: true, again: false };
const HELD_AGAIN: Change = { ...HELD, again: true };

type Row = {
  when: string;
  before?: Partial<Health>;
  settings?: HealthSettings;
  told: Told[];
  becomes: Partial<Health>;
  changes?: Change[];
};

const ROWS: Row[] = [
  { when: 'a first success', told: [success], becomes: { last_success_at: NOW } },
  {
    when: 'a success less than a minute after one that was noted',
    before: { last_success_at: NOW - 59 },
    told: [success, success],
    becomes: {},
  },
  {
    when: 'a success a minute after the one that was noted',
    before: { last_success_at: NOW - 60 },
    told: [success],
    becomes: { last_success_at: NOW },
  },
  {
    when: 'failures',
    told: [failure, failure],
    becomes: { consecutive_failures: 2, failures_since: NOW, last_failure_at: NOW },
  },
  {
    when: 'a success after failures',
    before: { ...failed(10), last_success_at: NOW - 30 },
    told: [success],
    becomes: { consecutive_failures: 0, failures_since: null },
  },
  { when: 'a process that died', told: [crash], becomes: {} },
  {
    when: 'so many failures, in less time',
    before: failed(59),
    settings: HOLD,
    told: [failure],
    becomes: { consecutive_failures: 3, last_failure_at: NOW },
  },
  {
    when: 'so much time, with fewer failures',
    before: failed(600, 1),
    settings: HOLD,
    told: [failure],
    becomes: { consecutive_failures: 2, last_failure_at: NOW },
  },
  {
    when: 'both, and its deliveries are to be held',
    before: failed(60),
    settings: HOLD,
    told: [failure, failure],
    becomes: {
      consecutive_failures: 4,
      last_failure_at: NOW,
      state: 'failing',
      failing_since: NOW,
      probe_at: NOW + 10,
      probe_pause: 10,
    },
    changes: [HELD],
  },
  {
    when: 'both, and its deliveries are to be retried',
    before: failed(60),
    told: [failure, failure],
    becomes: { consecutive_failures: 4, last_failure_at: NOW, failing_since: NOW },
    changes: [{ kind: 'failing', held: false, again: false }],
  },
  {
    when: 'a success where its deliveries were retried all the time',
    before: { ...failed(100), failing_since: NOW - 9 },
    told: [success],
    becomes: {
      ...{ consecutive_failures: 0, failures_since: null, failing_since: null },
      last_success_at: NOW,
    },
    changes: [{ kind: 'recovered', since: NOW - 9 }],
  },
  {
    when: 'a failure after its owner asked to have deliveries held',
    before: { ...failed(100), failing_since: NOW - 9 },
    settings: HOLD,
    told: [failure],
    becomes: {
      consecutive_failures: 3,
      last_failure_at: NOW,
      state: 'failing',
      probe_at: NOW + 10,
      probe_pause: 10,
    },
    changes: [HELD_AGAIN],
  },
  {
    when: 'a failure while failing that is no probe',
    before: PROBED,
    settings: HOLD,
    told: [failure],
    becomes: { consecutive_failures: 10, last_failure_at: NOW },
  },
  {
    when: 'a probe that failed',
    before: PROBED,
    settings: HOLD,
    told: [probe(failure)],
    becomes: {
      ...{ consecutive_failures: 10, last_failure_at: NOW },
      ...{ probe_at: NOW + 80, probe_pause: 80, probe_delivery_id: null },
    },
  },
  {
    when: 'a probe whose process died',
    before: PROBED,
    settings: HOLD,
    told: [probe(crash)],
    becomes: { probe_at: NOW + 80, probe_pause: 80, probe_delivery_id: null },
  },
  {
    when: 'a probe that succeeded',
    before: PROBED,
    settings: HOLD,
    told: [probe(success)],
    becomes: {
      ...{ consecutive_failures: 0, failures_since: null, last_success_at: NOW },
      ...{ state: 'recovering', recovering_since: NOW, probe_at: null, probe_delivery_id: null },
    },
    changes: [{ kind: 'recovering' }],
  },
  {
    when: 'a late success of another delivery while failing',
    before: FAILING,
    settings: HOLD,
    told: [success, success],
    becomes: {
      ...{ consecutive_failures: 0, failures_since: null, last_success_at: NOW },
      ...{ state: 'recovering', recovering_since: NOW, probe_at: null },
    },
    changes: [{ kind: 'recovering' }],
  },
  {
    when: 'a probe that succeeded after its owner asked for retries',
    before: PROBED,
    told: [probe(success)],
    becomes: {
      ...{ consecutive_failures: 0, failures_since: null, last_success_at: NOW },
      ...{ state: 'healthy', failing_since: null, probe_at: null },
      ...{ probe_pause: null, probe_delivery_id: null },
    },
    changes: [{ kind: 'recovered', since: NOW - 400 }],
  },
  { when: 'a success while recovering', before: RECOVERING, told: [success], becomes: {} },
  {
    when: 'a failure while recovering',
    before: RECOVERING,
    settings: HOLD,
    told: [success, failure, failure],
    becomes: {
      ...{ consecutive_failures: 2, failures_since: NOW, last_failure_at: NOW },
      ...{ state: 'failing', recovering_since: null, probe_at: NOW + 40 },
    },
    changes: [HELD_AGAIN],
  },
  {
    when: 'a failure while recovering of what was sent before',
    before: RECOVERING,
    settings: HOLD,
    told: [{ ...failure, seconds: 6 }],
    becomes: { consecutive_failures: 1, failures_since: NOW, last_failure_at: NOW },
  },
  {
    when: 'nothing but failures for the time that deactivates',
    before: { ...failed(3600, 9), failing_since: NOW - 5 },
    settings: { ...RETRY, deactivate_after: 3600 },
    told: [failure],
    becomes: { consecutive_failures: 10, last_failure_at: NOW },
    changes: [{ kind: 'deactivated' }],
  },
  {
    when: 'the same, with fewer than ten failures',
    before: { ...failed(7200, 8), failing_since: NOW - 5 },
    settings: { ...RETRY, deactivate_after: 3600 },
    told: [failure],
    becomes: { consecutive_failures: 9, last_failure_at: NOW },
  },
  {
    when: 'the same, a second too early',
    before: { ...failed(3599, 50), failing_since: NOW - 5 },
    settings: { ...RETRY, deactivate_after: 3600 },
    told: [failure],
    becomes: { consecutive_failures: 51, last_failure_at: NOW },
  },
];

suite('health', () => {
  for (const { when, before, settings = RETRY, told, becomes, changes = [] } of ROWS) {
    const words = changes.map(({ kind }) => kind).join(', ') || 'no change of state';
    test(`${when} → ${words}`, () => {
      const health = { ...FRESH, ...before };
      assert.deepEqual(foldAll(health, told, { settings, now: NOW }), {
        health: { ...health, ...becomes },
        changes,
      });
    });
  }

  test('probes that fail → pauses from 10 s, doubling to 300 s', () => {
    const pauses: number[] = [];
    for (let pause = nextProbePause(null); pauses.length < 8; pause = nextProbePause(pause))
      pauses.push(pause);
    assert.deepEqual(pauses, [10, 20, 40, 80, 160, 300, 300, 300]);
  });
});
