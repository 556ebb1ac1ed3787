import { isPageTooLarge } from '../client/problem.ts';

/** A page that would hold too much text is asked for again with fewer items. */
export async function fitting<Value>(
  read: (limit: number) => Promise<Value>,
  limit: number,
): Promise<Value> {
  try {
    return await read(limit);
  } catch (error) {
    if (!isPageTooLarge(error) || limit === 1) throw error;
    return fitting(read, Math.ceil(limit / 4));
  }
}
