import { ApiProblem } from '../client/problem.ts';

/** The code of a page that would hold too much text, among others. */
const REFUSED = 4;

/** A page that would hold too much text is asked for again with fewer items. */
export async function fitting<Value>(
  read: (limit: number) => Promise<Value>,
  limit: number,
): Promise<Value> {
  try {
    return await read(limit);
  } catch (error) {
    const isTooLarge =
      error instanceof ApiProblem &&
      error.code === REFUSED &&
      error.details?.endsWith('ask for fewer items') === true;
    if (!isTooLarge || limit === 1) throw error;
    return fitting(read, Math.ceil(limit / 4));
  }
}
