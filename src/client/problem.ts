import type { components } from '../http/openapi.d.ts';

type Problem = components['schemas']['Problem'];

/** The API refused a request, or failed. `code` is 0 where the answer is not one of the API. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: number;
  /** More about this case; it names the field at fault. */
  readonly details: string | undefined;
  readonly pointer: string | undefined;

  private constructor(status: number, { code, message, details, pointer }: Problem) {
    super(details === undefined ? message : `${message}: ${details}`);
    this.status = status;
    this.code = code;
    this.details = details;
    this.pointer = pointer;
  }

  /** `answer`: the body, as far as it was JSON. */
  static of(status: number, answer: unknown): ApiProblem {
    if (isProblem(answer)) return new ApiProblem(status, answer);
    const message = `the answer (status ${status}) is not one of Postmand`;
    return new ApiProblem(status, { code: 0, message });
  }
}

/** The code of a request with a fault in it. */
const INVALID = 4;

/** Whether an error says that a page would hold too much text: fewer items are to be asked for. */
export const isPageTooLarge = (error: unknown): boolean =>
  error instanceof ApiProblem &&
  error.code === INVALID &&
  error.details?.endsWith('ask for fewer items') === true;

function isProblem(answer: unknown): answer is Problem {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    typeof (answer as Problem).code === 'number' &&
    typeof (answer as Problem).message === 'string'
  );
}

/** There was no answer: nobody listens there, the connection broke, or it took too long. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';

  constructor(url: string, cause: unknown) {
    super(`cannot reach ${url}: ${reasonOf(cause)}`, { cause });
  }
}

/** `fetch` hides the reason behind "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  if (code === undefined) return error.message;
  return cause instanceof Error && cause.message !== '' ? cause.message : code;
}
