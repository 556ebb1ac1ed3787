import { isOurs, newJob, type Delivery, type Job, type Returning, type State } from './state.ts';

/** A rule that what happened has broken. */
export class Broken extends Error {
  override name = 'Broken';
}

export function must(holds: boolean, rule: string): void {
  if (!holds) throw new Broken(rule);
}

export function rowOf({ deliveries }: State, { delivery }: { delivery: number }): Delivery {
  return deliveries[delivery] as Delivery;
}

/** A change of the job whose commit does not wait for the disk. */
export function changeLightly(row: Delivery, change: Partial<Job>): void {
  if (row.job === undefined) return;
  row.undo = [...row.undo, row.job].slice(-2);
  row.job = { ...row.job, ...change };
}

/** A commit that waits for the disk takes all before it along. */
export function reachDisk({ deliveries }: State): void {
  for (const row of deliveries) row.undo = [];
}

/** Adds a job where there is none. */
export function enqueue(row: Delivery, job: Partial<Job>): void {
  row.job ??= newJob(job);
}

/** Holds a delivery; its job has ended. */
export function hold(row: Delivery, crashes: number): void {
  row.held = true;
  row.crashes = crashes;
}

/** Ends the job of a claim. @returns false where it is no longer ours, and was left alone. */
export function finish(state: State, claim: Returning): boolean {
  if (!isOurs(state, claim)) return false;
  reachDisk(state);
  rowOf(state, claim).job = undefined;
  return true;
}

/** Takes a mark back, and returns the claim where it is still ours. */
export function returnJob(state: State, claim: Returning, later = false): void {
  const row = rowOf(state, claim);
  const marked = claim.mark !== 0 && row.mark === claim.mark;
  if (!marked && !isOurs(state, claim)) return;
  reachDisk(state);
  if (marked) row.known.takenBack = [...row.known.takenBack, claim.mark];
  if (marked) row.mark = 0;
  if (row.job && isOurs(state, claim))
    row.job = { ...row.job, active: false, started: false, generation: 0, due: !later };
}

/** The end of a delivery. `attempts` and `limit` are those that the verdict was made of. */
export function endDelivery(
  row: Delivery,
  status: 'succeeded' | 'failed',
  { attempts, limit }: { attempts: number; limit: number },
): void {
  must(row.known.begun.length > 0, `a delivery ended ${status}, and no send of it had ever begun`);
  must(
    status === 'succeeded' || attempts >= limit,
    `a delivery failed after ${attempts} attempts of ${limit}`,
  );
  row.status = status;
  row.mark = 0;
}
