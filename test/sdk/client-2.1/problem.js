import { ApiError } from './client.js';
/** What Postmand says about an error; undefined for any other error, and for answers that a proxy wrote. */
export function problemOf(error) {
    const body = error instanceof ApiError ? error.body : undefined;
    if (typeof body !== 'object' || body === null || !('code' in body) || !('message' in body))
        return undefined;
    return typeof body.code === 'number' && typeof body.message === 'string' ? body : undefined;
}
/** Whether an error is Postmand's answer with this code. */
export function isProblem(error, code) {
    return problemOf(error)?.code === code;
}
/** Puts the reason into the message, so that an error that nobody catches says what was wrong. */
export function explain(error) {
    const problem = problemOf(error);
    if (problem) {
        const details = problem.details === undefined ? '' : `: ${problem.details}`;
        error.message = `${error.status} ${problem.message}${details} (code ${problem.code})`;
    }
    return error;
}
