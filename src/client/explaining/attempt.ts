import type { Schemas } from '../api.ts';
import { ERRORS } from './errors.ts';
import { STATUSES } from './statuses.ts';

/** Why an attempt failed. `why` goes on behind "because". */
export type AttemptWords = { why: string; advice: string };

type Attempt = Pick<
  Schemas['DeliveryAttempt'],
  'success' | 'response_status_code' | 'error' | 'execution_duration'
>;

/** What to do about an error that this version does not know. */
const UNKNOWN = 'Look at the attempt, and at the log of the worker that made it.';

/** Why a failed attempt failed, and what somebody may do about it. */
export function attemptWords({ response_status_code: status, error }: Attempt): AttemptWords {
  if (error === '') return statusWords(status);
  for (const { pattern, why, advice } of ERRORS) {
    const found = pattern.exec(error);
    if (found !== null) return { why: why(found), advice };
  }
  return { why: error, advice: UNKNOWN };
}

function statusWords(status: number): AttemptWords {
  const advice =
    STATUSES[status] ?? STATUSES[Math.floor(status / 100) * 100] ?? 'Look at the response.';
  return { why: `the endpoint answered ${status}`, advice };
}

/** What came of an attempt, in a few words for a table. */
export function attemptOutcome({ success, response_status_code: status, error }: Attempt): string {
  if (success) return `answered ${status}`;
  return error === '' ? `answered ${status}, which is no success` : error;
}
