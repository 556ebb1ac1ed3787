import type { Tx } from '../database/transaction.ts';
import { lookAtAttempts, removeAttempts, removeTexts } from '../attempts/remove-attempts.ts';
import {
  lookAtEnded,
  lookAtPayloads,
  type Looked,
  type Removal,
  type Stretch,
} from '../deliveries/removing/look.ts';
import { removeEnded, removePayloads } from '../deliveries/removing/remove.ts';
import { lookAtEventPayloads, lookAtEvents } from '../events/removing/look.ts';
import { removeEventPayloads, removeEvents } from '../events/removing/remove.ts';

/** For how many days something is kept after its delivery ended; undefined: for ever. */
export type Retention = {
  succeededDays?: number | undefined;
  failedDays?: number | undefined;
  attemptsDays?: number | undefined;
  payloadsDays?: number | undefined;
};

export const RETENTION_KINDS = [
  'succeeded',
  'failed',
  'attempts',
  'payloads',
  'events',
  'event_payloads',
] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

/** How often a line is looked through from its beginning, for what was passed over. */
const HOUR_MS = 3_600_000;

/**
 * Deliveries stay when their payloads have gone, and events as long as a delivery of theirs does.
 * All of them are read again then.
 */
const DAY_MS = 24 * HOUR_MS;

/**
 * Rows in the order of an index, from which those are removed that are over. `remove` looks again
 * at each, and says how many it removed.
 */
export type Line = {
  kind: RetentionKind;
  startOverMs: number;
  look(tx: Tx, stretch: Stretch): Promise<Looked[]>;
  remove(tx: Tx, ids: string[]): Promise<number>;
};

/**
 * What is to be removed, by these settings. Where none of them is set there is nothing. Attempts
 * and payloads have no line where whole deliveries go as soon. Events go as deliveries do, after
 * the longer time where there are two; those behind the deliveries in a round find theirs gone.
 */
export function linesOf(retention: Retention): Line[] {
  const { succeededDays = Infinity, failedDays = Infinity } = retention;
  const { attemptsDays = Infinity, payloadsDays = Infinity } = retention;
  const longest = Math.max(succeededDays, failedDays);
  const eventDays = Math.max(...[succeededDays, failedDays].filter(Number.isFinite));
  const hasAttempts = attemptsDays < longest;
  return [
    ...(succeededDays < Infinity ? [deliveries('succeeded', succeededDays)] : []),
    ...(failedDays < Infinity ? [deliveries('failed', failedDays)] : []),
    ...(hasAttempts ? [attempts(true, attemptsDays), attempts(false, attemptsDays)] : []),
    ...(payloadsDays < succeededDays ? [payloads('succeeded', payloadsDays)] : []),
    ...(payloadsDays < failedDays ? [payloads('failed', payloadsDays)] : []),
    ...(eventDays > 0 ? [events(eventDays)] : []),
    ...(payloadsDays < longest ? [eventPayloads(payloadsDays)] : []),
  ];
}

/** The settings without any effect: whole deliveries go as soon, or sooner. */
export function withoutEffect(retention: Retention): ('attemptsDays' | 'payloadsDays')[] {
  const { succeededDays = Infinity, failedDays = Infinity } = retention;
  const longest = Math.max(succeededDays, failedDays);
  return (['attemptsDays', 'payloadsDays'] as const).filter(
    (name) => (retention[name] ?? -Infinity) >= longest,
  );
}

function deliveries(status: Removal['status'], days: number): Line {
  const removal = { status, days };
  return {
    kind: status,
    startOverMs: HOUR_MS,
    look: (tx, stretch) => lookAtEnded(tx, removal, stretch),
    remove: (tx, ids) => removeEnded(tx, ids, removal),
  };
}

function attempts(success: boolean, days: number): Line {
  const removal = { success, days };
  return {
    kind: 'attempts',
    startOverMs: HOUR_MS,
    look: (tx, stretch) => lookAtAttempts(tx, removal, stretch),
    remove: (tx, ids) => removeAttempts(tx, ids, removal),
  };
}

/** With the payloads go the texts of their attempts, which may repeat them. */
function payloads(status: Removal['status'], days: number): Line {
  const removal = { status, days };
  return {
    kind: 'payloads',
    startOverMs: DAY_MS,
    look: (tx, stretch) => lookAtPayloads(tx, removal, stretch),
    async remove(tx, ids) {
      const removed = await removePayloads(tx, ids, removal);
      if (removed.length > 0) await removeTexts(tx, removed);
      return removed.length;
    },
  };
}

function events(days: number): Line {
  return {
    kind: 'events',
    startOverMs: DAY_MS,
    look: (tx, stretch) => lookAtEvents(tx, days, stretch),
    remove: (tx, ids) => removeEvents(tx, ids, days),
  };
}

function eventPayloads(days: number): Line {
  return {
    kind: 'event_payloads',
    startOverMs: DAY_MS,
    look: (tx, stretch) => lookAtEventPayloads(tx, days, stretch),
    remove: (tx, ids) => removeEventPayloads(tx, ids, days),
  };
}
