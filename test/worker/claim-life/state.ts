import type { Withdrawal } from '../../../src/deliveries/withdraw.ts';

/**
 * What the check knows about the database and the workers. Numbers stand for ids: 0 is none. `next`
 * is the next free one. What only the check itself needs to know, and no table holds, stands apart
 * as `known`.
 */
export type State = { next: number; deliveries: Delivery[]; workers: Worker[] };

/** A row of deliveries with its webhook (each delivery has one of its own) and its job. */
export type Delivery = {
  exists: boolean;
  status: 'pending' | 'succeeded' | 'failed';
  attempts: number;
  held: boolean;
  /** What its next job is to know, since it was held. */
  crashes: number;
  time: 'later' | 'due' | 'overdue';
  mark: number;
  active: boolean;
  limit: number;
  job: Job | undefined;
  /**
   * The job as it was before the latest changes that a crash of PostgreSQL would undo, the latest
   * last.
   */
  undo: Job[];
  known: {
    begun: number[];
    /**
     * Of which send each mark tells: the one under its own number, or the one that the mark it
     * replaced told of.
     */
    sendOf: Record<number, number>;
    /** Marks that were taken back, as what was begun under them had ended without an attempt. */
    takenBack: number[];
    /**
     * Sends in the order in which they were recorded. `vanished`: by a claim that met the mark of
     * that send.
     */
    recorded: { send: number; vanished: boolean }[];
    /** The last mark that a claim met, whereupon it postponed the delivery. */
    met: number;
  };
};

/**
 * `generation` and `started` are the column started_on: which claim set it, and whether it is set.
 * `crashes`: what the job came with.
 */
export type Job = {
  active: boolean;
  due: boolean;
  started: boolean;
  generation: number;
  retries: number;
  crashes: number;
  doubt: number;
};

export type Worker = { leases: Lease[]; returning: Returning[] };

/** A claim on its way back that the database has not taken yet. */
export type Returning = { delivery: number; generation: number; mark: number };

export type Lease = Returning & {
  crashes: number;
  doubt: number;
  aborted: boolean;
  /**
   * `withdrawn`: read, and about to leave the queue without a send. `sent`: with an outcome that is
   * not recorded yet.
   */
  phase: 'claimed' | 'withdrawn' | 'admitted' | 'sending' | 'sent';
  /**
   * What was read: why it is withdrawn, or how it is sent, with the delivery and the webhook as
   * they were then.
   */
  withdrawal: Withdrawal['kind'] | undefined;
  route: Route | undefined;
  read: { attempts: number; limit: number; mark: number };
  send: number;
  outcome: Outcome | undefined;
};

/** `without_send`: failed without a send, as a rule did that is no more. */
export type Route = 'normal' | 'isolated' | 'vanished' | 'without_send';
export type Outcome = 'success' | 'failure' | 'crash' | 'vanished' | 'without_send';

const NEW_JOB: Job = {
  active: false,
  due: true,
  started: false,
  generation: 0,
  retries: 0,
  crashes: 0,
  doubt: 0,
};

export const newJob = (job: Partial<Job>): Job => ({ ...NEW_JOB, ...job });

/** Accepted deliveries whose webhooks allow `limit` attempts, and workers that have nothing. */
export function startState({
  limit,
  deliveries,
  workers,
}: {
  limit: number;
  deliveries: number;
  workers: number;
}): State {
  return {
    next: 1,
    deliveries: Array.from({ length: deliveries }, () => ({
      exists: true,
      status: 'pending',
      attempts: 0,
      held: false,
      crashes: 0,
      time: 'due',
      mark: 0,
      active: true,
      limit,
      job: newJob({}),
      undo: [],
      known: { begun: [], sendOf: {}, takenBack: [], recorded: [], met: 0 },
    })),
    workers: Array.from({ length: workers }, () => ({ leases: [], returning: [] })),
  };
}

/** A copy that may be changed. Jobs, and the lists below, are replaced, never changed. */
export function copy({ next, deliveries, workers }: State): State {
  return {
    next,
    deliveries: deliveries.map((one) => ({ ...one, known: { ...one.known } })),
    workers: workers.map(({ leases, returning }) => ({
      leases: leases.map((one) => ({ ...one })),
      returning,
    })),
  };
}

/** The worker has this claim as far as the queue goes. */
export function isOurs({ deliveries }: State, { delivery, generation }: Returning): boolean {
  const job = deliveries[delivery]?.job;
  return job !== undefined && job.active && job.generation === generation;
}

/**
 * From here on more lost claims change nothing, under the rule of today and under the one of
 * before.
 */
const MANY_CRASHES = 6;

/**
 * The same for states between which nothing that may follow can tell: without ids and without the
 * order of workers.
 */
export function keyOf(state: State): string {
  const deliveries = state.deliveries.map(deliveryKey);
  const workers = state.workers.map(({ leases, returning }) => {
    const mine = leases.map((one) => leaseKey(state, one)).sort();
    return `${mine.join()}<${returning
      .map((one) => returningKey(state, one))
      .sort()
      .join()}`;
  });
  return `${deliveries.join(';')}|${workers.sort().join('|')}`;
}

function deliveryKey(delivery: Delivery): string {
  const { exists, status, attempts, held, time, mark, active, limit, job, undo, known } = delivery;
  const crashes = held ? Math.min(MANY_CRASHES, delivery.crashes) : '';
  const jobs = [...(job ? [job] : []), ...undo].map((one) => jobKey(delivery, one));
  const marked =
    mark === 0
      ? ''
      : `m${+known.recorded.some(({ send }) => send === known.sendOf[mark])}${+(known.met === mark)}`;
  const flags = `${+exists}${status[0]}${attempts}${+held}${crashes}${time[0]}${marked}${+active}${limit}${+(known.begun.length > 0)}`;
  return `${flags}${job ? 'j' : '-'}${jobs.join()}`;
}

function jobKey(
  delivery: Delivery,
  { active, due, started, retries, crashes, doubt, generation }: Job,
): string {
  const labels = `${labelOfMark(delivery, doubt)}${labelOfGeneration(delivery, generation)}`;
  return `${+active}${+due}${+started}${Math.min(MANY_CRASHES, retries + crashes)}${labels}`;
}

function returningKey({ deliveries }: State, { delivery, generation, mark }: Returning): string {
  const row = deliveries[delivery] as Delivery;
  return `${delivery}${labelOfGeneration(row, generation)}${labelOfMark(row, mark)}`;
}

function leaseKey(state: State, lease: Lease): string {
  const row = state.deliveries[lease.delivery] as Delivery;
  const { crashes, doubt, aborted, phase, withdrawal, route, read, send, outcome } = lease;
  const seen =
    phase === 'claimed'
      ? ''
      : `${withdrawal ?? route}${read.attempts}${read.limit}${labelOfMark(row, read.mark)}`;
  const recorded = row.known.recorded.some((one) => one.send === send);
  const claim = `${returningKey(state, lease)}${Math.min(MANY_CRASHES, crashes)}${labelOfMark(row, doubt)}`;
  return `${claim}${+aborted}${phase}${seen}${outcome}${+recorded}`;
}

/** A mark that is not the delivery's never is again. */
function labelOfMark({ mark }: Delivery, one: number): string {
  return one === 0 ? '' : one === mark ? 'm' : 'x';
}

/** A claim that neither the job nor its earlier forms are of is lost for good. */
function labelOfGeneration({ job, undo }: Delivery, generation: number): string {
  const nth = [job, ...undo].findIndex((one) => one?.generation === generation);
  return nth < 0 ? 'x' : `g${nth}`;
}
