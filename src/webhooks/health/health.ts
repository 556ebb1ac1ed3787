import { NOTE_SUCCESS_SECONDS, type State } from '../webhook-state.ts';
import type { Webhook } from '../webhook.ts';

/**
 * What attempts tell about the endpoint of a webhook, folded one after the other into its health.
 * Times are seconds since 1970 by the database's clock.
 */

/** The health of a webhook, named as the columns of webhook_states. */
export type Health = {
  state: State;
  consecutive_failures: number;
  /** The first failure since the last success. */
  failures_since: number | null;
  /** Until it is healthy again. It is set where `on_failing` is `retry` as well. */
  failing_since: number | null;
  last_success_at: number | null;
  last_failure_at: number | null;
  /** When the next probe is due; past where one is out. */
  probe_at: number | null;
  /** The pause before that probe, in seconds. */
  probe_pause: number | null;
  /** The delivery that is out as a probe. */
  probe_delivery_id: string | null;
  recovering_since: number | null;
};

/** What its owner decides about it. */
export type HealthSettings = Pick<Webhook, 'on_failing' | 'failing_after' | 'deactivate_after'>;

/**
 * What an attempt came to. `unknown`: it says nothing about the endpoint, as the process that sent
 * it died. `seconds` is how long it took.
 */
export type Told = { kind: 'success' | 'failure' | 'unknown'; probe: boolean; seconds: number };

/**
 * A change of the state. `held`: its deliveries wait from now on. `again`: it was failing before,
 * and has not recovered since. `since`: from then on it was failing.
 */
export type Change =
  | { kind: 'failing'; held: boolean; again: boolean }
  | { kind: 'recovered'; since: number | null }
  | { kind: 'recovering' | 'deactivated' };

export type Folded = { health: Health; changes: Change[] };

type Facts = { settings: HealthSettings; now: number };

/** The pause before the first probe; it doubles with each one that fails. */
const FIRST_PROBE_SECONDS = 10;
const LONGEST_PROBE_PAUSE_SECONDS = 300;

/** So few failures deactivate no webhook, however long they took. */
const DEACTIVATING_FAILURES = 10;

/** The health after one more attempt. */
function fold(health: Health, told: Told, facts: Facts): Folded {
  switch (told.kind) {
    case 'success':
      return afterSuccess(health, facts);
    case 'failure':
      return afterFailure(health, told, facts);
    case 'unknown':
      return { health: told.probe ? afterProbe(health, facts) : health, changes: [] };
  }
}

/** The health after several attempts, in their order. */
export function foldAll(health: Health, all: Told[], facts: Facts): Folded {
  let folded: Folded = { health, changes: [] };
  for (const told of all) {
    const next = fold(folded.health, told, facts);
    folded = { health: next.health, changes: [...folded.changes, ...next.changes] };
  }
  return folded;
}

/** The health as time has passed since the last attempt: its failures may have lasted by now. */
export function judge(health: Health, facts: Facts): Folded {
  const isOpen = health.state === 'healthy' && health.failing_since === null;
  return isOpen ? afterHealthy(health, facts) : { health, changes: [] };
}

/** The pause after a probe that failed, or for which there was no delivery. */
export function nextProbePause(pause: number | null): number {
  return pause === null ? FIRST_PROBE_SECONDS : Math.min(2 * pause, LONGEST_PROBE_PAUSE_SECONDS);
}

function afterSuccess(before: Health, { settings, now }: Facts): Folded {
  const isNoted = now - (before.last_success_at ?? -Infinity) < NOTE_SUCCESS_SECONDS;
  const health = {
    ...before,
    consecutive_failures: 0,
    failures_since: null,
    last_success_at: isNoted ? before.last_success_at : now,
  };
  if (before.state === 'failing' && settings.on_failing === 'hold')
    return {
      health: {
        ...health,
        state: 'recovering',
        recovering_since: now,
        probe_at: null,
        probe_delivery_id: null,
      },
      changes: [{ kind: 'recovering' }],
    };
  if (before.state === 'recovering' || before.failing_since === null)
    return { health, changes: [] };
  const since = before.failing_since;
  return { health: healthy(health), changes: [{ kind: 'recovered', since }] };
}

/** It is healthy: nothing of its outage is left. */
function healthy(health: Health): Health {
  return {
    ...health,
    state: 'healthy',
    failing_since: null,
    probe_at: null,
    probe_pause: null,
    probe_delivery_id: null,
    recovering_since: null,
  };
}

function afterFailure(before: Health, told: Told, facts: Facts): Folded {
  const { settings, now } = facts;
  const health = {
    ...before,
    consecutive_failures: before.consecutive_failures + 1,
    failures_since: before.failures_since ?? now,
    last_failure_at: now,
  };
  const failed = byState(health, told, facts);
  const lasted = now - health.failures_since;
  const isLost =
    settings.deactivate_after !== null &&
    health.consecutive_failures >= DEACTIVATING_FAILURES &&
    lasted >= settings.deactivate_after;
  return isLost ? { ...failed, changes: [...failed.changes, { kind: 'deactivated' }] } : failed;
}

/** What a failure means depends on the state that it finds. */
function byState(health: Health, told: Told, facts: Facts): Folded {
  switch (health.state) {
    case 'failing':
      return { health: told.probe ? afterProbe(health, facts) : health, changes: [] };
    case 'recovering':
      // What was sent before it recovered, and timed out now, says nothing new.
      return facts.now - told.seconds >= (health.recovering_since ?? 0)
        ? hold(health, { ...facts, pause: health.probe_pause })
        : { health, changes: [] };
    case 'healthy':
      return afterHealthy(health, facts);
  }
}

function afterHealthy(health: Health, facts: Facts): Folded {
  const { on_failing, failing_after } = facts.settings;
  const isFailing =
    health.failing_since !== null ||
    (health.consecutive_failures >= failing_after.attempts &&
      facts.now - (health.failures_since ?? facts.now) >= failing_after.seconds);
  if (!isFailing) return { health, changes: [] };
  if (on_failing === 'hold') return hold(health, { ...facts, pause: null });
  if (health.failing_since !== null) return { health, changes: [] };
  return {
    health: { ...health, failing_since: facts.now },
    changes: [{ kind: 'failing', held: false, again: false }],
  };
}

/** From now on its deliveries are held, and it is probed. */
function hold(health: Health, { now, pause }: Facts & { pause: number | null }): Folded {
  const probe_pause = pause ?? nextProbePause(null);
  return {
    health: {
      ...health,
      state: 'failing',
      failing_since: health.failing_since ?? now,
      probe_at: now + probe_pause,
      probe_pause,
      probe_delivery_id: null,
      recovering_since: null,
    },
    changes: [{ kind: 'failing', held: true, again: health.failing_since !== null }],
  };
}

/** A probe is back that was no success: the next one comes after twice the pause. */
function afterProbe(health: Health, { now }: Facts): Health {
  if (health.state !== 'failing') return health;
  const probe_pause = nextProbePause(health.probe_pause);
  return { ...health, probe_at: now + probe_pause, probe_pause, probe_delivery_id: null };
}
