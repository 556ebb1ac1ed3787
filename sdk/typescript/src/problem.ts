import { ApiError, type ApiErrorLike, type Problem } from './client.js';
import type { ProblemCode } from './problem-codes.js';

/**
 * What Postmand says about an error; undefined for any other error, and for answers that a proxy
 * wrote.
 */
export function problemOf(error: unknown): Problem | undefined {
  const body = error instanceof ApiError ? error.body : undefined;
  if (typeof body !== 'object' || body === null || !('code' in body) || !('message' in body))
    return undefined;
  return typeof body.code === 'number' && typeof body.message === 'string'
    ? (body as Problem)
    : undefined;
}

/** Whether an error is Postmand's answer with this code. */
export function isProblem(
  error: unknown,
  code: ProblemCode,
): error is ApiError & { readonly body: Problem } {
  return problemOf(error)?.code === code;
}

/** Puts the reason into the message, so that an error that nobody catches says what was wrong. */
export function explain(error: ApiErrorLike): Error {
  const problem = problemOf(error);
  if (problem) {
    const details = problem.details === undefined ? '' : `: ${problem.details}`;
    error.message = `${error.status} ${problem.message}${details} (code ${problem.code})`;
  }
  return error;
}
