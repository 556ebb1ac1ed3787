import { printableLine } from '../../../receiver/printable.ts';
import type { Attempt } from '../following/attempt-feed.ts';
import type { Output } from '../output.ts';
import type { Answer } from './send-recorded.ts';

/** A request that was forwarded. `isAgain`: somebody asked for it. */
export type Forwarded = {
  attempt: Attempt;
  method: string;
  url: string;
  answer: Answer;
  at: Date;
  isAgain: boolean;
};

/** What was forwarded as a line for people. */
export function forwardedLine(forwarded: Forwarded, out: Output): string {
  const { paint } = out;
  const { attempt, method, url, answer, at, isAgain } = forwarded;
  const { status, error, durationMs } = answer;
  const isGood = status !== null && status < 400;
  return [
    paint('dim', out.reader().time(at)),
    attempt.delivery_id,
    printableLine(`${method} ${url}`),
    paint(isGood ? 'green' : 'red', `→ ${status ?? error}`),
    `${durationMs} ms`,
    ...(isAgain ? [paint('cyan', 'again')] : []),
  ].join('  ');
}

export function forwardedJson({ attempt, method, url, answer, at, isAgain }: Forwarded) {
  return {
    at: at.toISOString(),
    delivery_id: attempt.delivery_id,
    delivery_attempt_id: attempt.id,
    method,
    url,
    status: answer.status,
    error: answer.error,
    duration_ms: answer.durationMs,
    again: isAgain,
  };
}
