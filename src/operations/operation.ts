import type { FailedDelivery } from '../deliveries/fail.ts';

/**
 * Long work on many deliveries, one row each. It is done in steps by the worker whose turn it is:
 *
 *     queued → running → done
 *        │        ├────→ failed
 *        └────────┴────→ cancelled
 *
 * Queued becomes running when a worker takes it up: from that moment on it is known what belongs to
 * it, and that is counted. Each step is one transaction, in which its deliveries are changed and
 * its row says how far it is. So whatever is killed, no step is repeated and none is left out. A
 * client cancels it between two steps. It fails where a step is refused twice in a row.
 */
export type OperationState = 'queued' | 'running' | 'done' | 'cancelled' | 'failed';

/** What kinds there are. Each has its functions in `kinds.ts`. */
export const OPERATION_KINDS = ['redelivery', 'erasure', 'fan_out'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** Named as the columns and as the API's fields; times are RFC 3339 text. */
export type Operation = {
  id: string;
  kind: OperationKind;
  state: OperationState;
  /** What it is asked to work on, as its kind understands it. */
  filter: Record<string, unknown>;
  /** Null: as fast as its steps are. */
  rate_per_second: number | null;
  /** Null until it was counted, when it begins. */
  matched: number | null;
  done: number;
  skipped: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  /** Why it failed. */
  error: string | null;
};

/** Where an operation goes on, as its kind understands it. Null: at the beginning. */
type Place = Record<string, unknown> | null;

/** An operation that was begun, as its steps see it. */
export type Begun = Operation & { started_at: string; place: Place };

/** What counting stops at. */
export const MOST_COUNTED = 1_000_000;

/**
 * What one step did. `place`: where the next one goes on. `failed`: deliveries that it has ended,
 * to be told when it is committed.
 */
export type Step = {
  done: number;
  skipped: number;
  place: Place;
  isLast: boolean;
  failed?: FailedDelivery[];
};

/** How far an operation is. */
export type Standing = Pick<Operation, 'done' | 'skipped'> & {
  matched: number;
  state: 'running' | 'done';
};

/**
 * How far it is after a step. What was counted grows where more was seen. At the end it is the sum
 * of both: what was counted and nobody has seen was deleted, or changed, before its turn came.
 */
export function afterStep(
  { matched, done, skipped }: Pick<Operation, 'matched' | 'done' | 'skipped'>,
  step: Step,
): Standing {
  const seen = { done: done + step.done, skipped: skipped + step.skipped };
  const sum = seen.done + seen.skipped;
  const counted = matched ?? 0;
  if (!step.isLast) return { ...seen, matched: Math.max(counted, sum), state: 'running' };
  const unseen = counted >= MOST_COUNTED ? 0 : Math.max(0, counted - sum);
  return { ...seen, skipped: seen.skipped + unseen, matched: sum + unseen, state: 'done' };
}

export class OperationNotFound extends Error {
  override name = 'OperationNotFound';
}

/** Another one works on the same deliveries. */
export class OperationUnderWay extends Error {
  override name = 'OperationUnderWay';
  readonly id: string;

  constructor(id: string) {
    super(`operation ${id} is under way: wait until it has ended, or cancel it`);
    this.id = id;
  }
}

/** It cannot be cancelled any more. */
export class OperationEnded extends Error {
  override name = 'OperationEnded';

  constructor(state: OperationState) {
    super(`it is ${state} already`);
  }
}
