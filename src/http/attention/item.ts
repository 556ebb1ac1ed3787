import { VERY_LATE_SECONDS } from '../../deliveries/late.ts';
import type { components } from '../openapi.d.ts';

/** Something that is wrong now, as `getAttention` tells it. */
export type Item = components['schemas']['AttentionItem'];
type Kind = Item['kind'];
type Severity = Item['severity'];

/** What a kind has nothing to say about. */
const NOTHING = {
  webhook_id: null,
  webhook_name: null,
  operation_id: null,
  event_id: null,
  event_type: null,
  since: null,
  until: null,
  deliveries: null,
  ordering_keys: null,
  events: null,
  consecutive_failures: null,
  error: null,
} as const;

type Told = Omit<Item, keyof typeof NOTHING> & Partial<Item>;

export function itemOf(told: Told): Item {
  const { kind, severity, message, ...rest } = told;
  return { kind, severity, message, ...NOTHING, ...rest };
}

/** How wrong each severity is, and which kind comes first among equals: what harms most. */
const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'notice'];
const KINDS: readonly Kind[] = [
  ...(['no_worker', 'not_taken_in', 'behind', 'deactivated', 'failing', 'blocked'] as const),
  ...(['operation_failed', 'event_faulty', 'paused'] as const),
];

/**
 * The most wrong first; of those that are as wrong, the one that has been so for longest. Others of
 * a kind stay in their order.
 */
export function byHowWrong(one: Item, other: Item): number {
  return (
    SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
    KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) ||
    compare(one.since ?? '', other.since ?? '')
  );
}

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** What waits for so long makes a warning critical. */
const CRITICAL_SECONDS = {
  failing: 3600,
  behind: VERY_LATE_SECONDS,
  not_taken_in: VERY_LATE_SECONDS,
} as const;

export function severityOf(kind: keyof typeof CRITICAL_SECONDS, seconds: number): Severity {
  return seconds >= CRITICAL_SECONDS[kind] ? 'critical' : 'warning';
}
