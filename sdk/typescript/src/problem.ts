import { ApiError, type ApiErrorLike, type Problem } from './client.js';
import type { ProblemCode } from './problem-codes.js';

/** The functions in SQL refuse with the code of the API behind these letters. */
const SQLSTATE = /^PM(\d{3})$/;

/**
 * What Postmand says about an error of the client or of `enqueue`; undefined for any other error,
 * and for answers that a proxy wrote.
 */
export function problemOf(error: unknown): Problem | undefined {
  const body = error instanceof ApiError ? error.body : refusalOf(error);
  if (typeof body !== 'object' || body === null || !('code' in body) || !('message' in body))
    return undefined;
  return typeof body.code === 'number' && typeof body.message === 'string'
    ? (body as Problem)
    : undefined;
}

function refusalOf(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const [, code] = SQLSTATE.exec(String(error.code)) ?? [];
  return code === undefined ? undefined : { code: Number(code), message: error.message };
}

/** Whether an error is the answer of Postmand's API with this code. */
export function isProblem(
  error: unknown,
  code: ProblemCode,
): error is ApiError & { readonly body: Problem } {
  return error instanceof ApiError && problemOf(error)?.code === code;
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
