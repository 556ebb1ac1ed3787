import type { Delivery, Job } from './state.ts';
import type { Seen } from './tables.ts';

/**
 * Which number of the model a real mark has, and a real claim by the moment that is in started_on.
 */
export type Names = { marks: Map<string, number>; generations: Map<string, number> };

const VANISHED = 'the worker that was sending this vanished before it could record the outcome';

/** What the database has of a delivery, in the words of the model. */
export function actual({ row, jobs, recorded }: Seen, { marks, generations }: Names): string {
  const numberOf = (names: Map<string, number>, name: string | null | undefined) =>
    name ? (names.get(name) ?? '?') : 0;
  const { status, mark, ...rest } = row ?? { status: '', mark: null };
  return words({
    row: row && { status, mark: numberOf(marks, mark), ...rest },
    jobs: jobs.map(({ startedOn, data, ...job }) => ({
      ...job,
      started: startedOn !== null,
      owner: job.active ? numberOf(generations, startedOn) : '',
      crashes: data.deaths ?? 0,
      doubt: numberOf(marks, data.doubt),
    })),
    recorded,
  });
}

/** What it must have. */
export function expected({
  exists,
  status,
  attempts,
  held,
  mark,
  time,
  job,
  known,
}: Delivery): string {
  return words({
    row: exists ? { status, mark, attempts, held, time } : null,
    jobs: job ? [jobOf(job)] : [],
    recorded: known.recorded.map(({ send, vanished }) => (vanished ? VANISHED : `send ${send}`)),
  });
}

function jobOf({ active, due, generation, retries, started, crashes, doubt }: Job) {
  return { active, due, retries, started, owner: active ? generation : '', crashes, doubt };
}

/** The time of a delivery that has ended means nothing. */
function words({
  row,
  jobs,
  recorded,
}: {
  row: Record<string, unknown> | null;
  jobs: object[];
  recorded: string[];
}): string {
  const pending = row === null || row['status'] === 'pending' ? row : { ...row, time: '' };
  return JSON.stringify({ delivery: pending, jobs, recorded });
}
