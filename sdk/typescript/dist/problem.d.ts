import { ApiError, type ApiErrorLike, type Problem } from './client.js';
import type { ProblemCode } from './problem-codes.js';
/**
 * What Postmand says about an error of the client or of `enqueue`; undefined for any other error,
 * and for answers that a proxy wrote.
 */
export declare function problemOf(error: unknown): Problem | undefined;
/** Whether an error is the answer of Postmand's API with this code. */
export declare function isProblem(error: unknown, code: ProblemCode): error is ApiError & {
    readonly body: Problem;
};
/** Puts the reason into the message, so that an error that nobody catches says what was wrong. */
export declare function explain(error: ApiErrorLike): Error;
