import type { Arrival } from './receiver-log.ts';

/**
 * What holds of deliveries that may not run now, of those with ordering keys, and of limits. Each
 * rule is a function over rows, and yields what breaks it.
 */

/** A delivery as the tables show it in one moment. */
export type GateRow = {
  id: string;
  webhook_id: string;
  status: string;
  /** `parked_at` is set. */
  held: boolean;
  held_reason: string | null;
  is_head: boolean;
  ordering_key: string | null;
  sequence: number | null;
  failed_reason: string | null;
  /** It has a place in the outbox. */
  waits: boolean;
  delivery_attempts: number;
  unbudgeted_attempts: number;
  redeliveries: number;
  /** Attempts that are recorded as probes. */
  probes: number;
  max: number;
  /** A failed head blocks its key, as its webhook says now. */
  blocks: boolean;
  /** Its live jobs. */
  jobs: number;
};

/** What is held has a reason and no job; what else is pending has one job; what ended has none. */
export function* placeProblems(row: GateRow): Generator<string> {
  const { status, held, held_reason, jobs } = row;
  const expected = status === 'pending' && !held ? 1 : 0;
  if (jobs !== expected)
    yield `${held ? `held (${held_reason})` : status}, with ${jobs} jobs instead of ${expected}`;
  if (held !== (held_reason !== null)) yield `${held ? 'held' : 'not held'} for ${held_reason}`;
}

/**
 * What has a place in the outbox is held for that, and has no sequence and no turn yet: only the
 * head that blocked its key has kept both when it was redelivered.
 */
export function* outboxProblems({
  status,
  waits,
  held_reason,
  sequence,
  is_head,
  redeliveries,
}: GateRow): Generator<string> {
  if (waits !== (held_reason === 'outbox'))
    yield `${waits ? 'in' : 'not in'} the outbox, and held for ${held_reason}`;
  if (!waits) return;
  if (status !== 'pending') yield `${status}, but in the outbox`;
  const isOldHead = redeliveries > 0 && sequence !== null && is_head;
  if ((sequence !== null || is_head) && !isOldHead)
    yield `in the outbox, but ${sequence} of its key`;
}

/** Nothing that has ended is held, or the head of its key, but a failed head that blocks it. */
export function* endProblems({
  status,
  held,
  held_reason,
  is_head,
  blocks,
}: GateRow): Generator<string> {
  if (status === 'pending') return;
  if (held) yield `${status}, but held (${held_reason})`;
  if (is_head && !(status === 'failed' && blocks)) yield `${status}, but the head of its key`;
}

/** A failure has a reason, and nothing else has one. */
export function* reasonProblems({ status, failed_reason }: GateRow): Generator<string> {
  if (status === 'failed' && failed_reason === null) yield 'failed without a reason';
  if (status !== 'failed' && failed_reason !== null) yield `${status}, but ${failed_reason}`;
}

/**
 * The attempts that use no budget are its probes and those before its latest redelivery, and the
 * others are within the budget. So are all of them, where each redelivery gave it another one.
 */
export function* budgetProblems(row: GateRow): Generator<string> {
  const { delivery_attempts, unbudgeted_attempts, probes, max, redeliveries } = row;
  const budget = max * (redeliveries + 1);
  if (delivery_attempts - probes > budget)
    yield `${delivery_attempts - probes} attempts in all, of ${budget}`;
  if (redeliveries === 0 ? unbudgeted_attempts !== probes : unbudgeted_attempts < probes)
    yield `${unbudgeted_attempts} attempts without budget, ${probes} probes`;
  if (delivery_attempts - unbudgeted_attempts > max)
    yield `${delivery_attempts - unbudgeted_attempts} attempts that count, of ${max}`;
}

/** Of a key there is one head at most, and it is the first that is pending. */
export function* headProblems(rows: GateRow[]): Generator<string> {
  for (const [key, line] of byKey(rows.filter(({ waits }) => !waits))) {
    const heads = line.filter(({ is_head }) => is_head);
    if (heads.length > 1) yield `${key}: ${heads.length} heads`;
    const first = line.find(({ status }) => status === 'pending');
    const head = heads.find(({ status }) => status === 'pending');
    if (head !== undefined && head !== first)
      yield `${key}: ${head.sequence} is the head before ${first?.sequence}`;
  }
}

/** A delivery with an ordering key, and its sends. */
export type Turn = Pick<GateRow, 'id' | 'webhook_id' | 'ordering_key' | 'sequence'> & {
  arrivals: Arrival[];
  /** Two sends of it may have been under way at once. */
  mayOverlap: boolean;
};

/**
 * Of a key nothing arrives before all sends of those before it have ended. Where the fault lets
 * sends of a delivery overlap, one of them may still be under way, but the first one came before.
 */
export function* orderProblems(turns: Turn[]): Generator<string> {
  for (const [key, line] of byKey(turns)) {
    const sent = line.filter(({ arrivals }) => arrivals.length > 0);
    let before: Turn | undefined;
    let free = 0;
    for (const turn of sent) {
      const first = Math.min(...turn.arrivals.map(({ at }) => at));
      if (first < free)
        yield `${key}: ${turn.sequence} came ${(free - first).toFixed(1)} ms too early after ${before?.sequence}: ${JSON.stringify([before?.arrivals, turn.arrivals])}`;
      const ends = turn.arrivals.map(({ endedAt = Infinity }) => endedAt);
      const end = turn.mayOverlap ? first : Math.max(...ends);
      if (end > free) {
        free = end;
        before = turn;
      }
    }
  }
}

/** A post with an ordering key that was stored. Times are `performance.now()`. */
export type Stored = Pick<GateRow, 'webhook_id' | 'ordering_key' | 'sequence'> & {
  at: number;
  /** When the 201 came; undefined where none came. */
  acceptedAt: number | undefined;
};

/** What was answered 201 before another of its key was posted has the smaller sequence. */
export function* acceptedProblems(stored: Stored[]): Generator<string> {
  for (const [key, line] of byKey(stored)) {
    // In the order of their sequence: nothing behind may have been accepted before one was posted.
    let earliest = Infinity;
    for (const { at, sequence, acceptedAt = Infinity } of line.toReversed()) {
      if (earliest < at) yield `${key}: ${sequence} was posted after one behind it was accepted`;
      earliest = Math.min(earliest, acceptedAt);
    }
  }
}

/** The permit of a claim; `inUse`: that very claim is held. */
export type PermitRow = { job_id: string; inUse: boolean };

/** When nothing is under way, no permit is in use. */
export function* permitProblems(permits: PermitRow[]): Generator<string> {
  for (const { job_id, inUse } of permits) if (inUse) yield `${job_id}: a permit is in use`;
}

/** About how many live jobs a webhook may have: the census is taken each second. */
export function* windowProblems(
  jobs: ReadonlyMap<string, number>,
  most: number,
): Generator<string> {
  for (const [id, count] of jobs) if (count > most) yield `${id}: ${count} jobs of about ${most}`;
}

/**
 * The burst that would explain these starts at `perSecond`: the most by which the number of them in
 * any window is above its length times the rate. Times are in milliseconds, the first first.
 */
export function burstOf(times: number[], perSecond: number): number {
  let least = Infinity;
  let most = 0;
  for (const [i, at] of times.entries()) {
    const ahead = i - (at * perSecond) / 1000;
    least = Math.min(least, ahead);
    most = Math.max(most, ahead - least + 1);
  }
  return most;
}

type Keyed = Pick<GateRow, 'webhook_id' | 'ordering_key' | 'sequence'>;

/** Those with an ordering key, each key in the order of the sequence. */
function* byKey<Row extends Keyed>(rows: Row[]): Generator<[key: string, line: Row[]]> {
  const keyed = rows.filter(({ ordering_key }) => ordering_key !== null);
  const lines = Map.groupBy(keyed, (row) => `${row.webhook_id} ${row.ordering_key}`);
  for (const [key, line] of lines)
    yield [key, line.toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))];
}
