import type { Page, Place } from '../database/page.ts';
import { decodeCursor, encodeCursor, type Order } from './cursor.ts';
import { BadRequest } from './problem.ts';
import { utcTime } from './time.ts';

type PageQuery = CreatedQuery & { limit?: number; offset?: number; cursor?: string };

type CreatedQuery = {
  'created_at.gt'?: string;
  'created_at.gte'?: string;
  'created_at.lt'?: string;
  'created_at.lte'?: string;
};

/**
 * A list that a client asks for. `filters` are those beside `created_at`, with ids in small
 * letters, so that the same filters always look the same.
 */
export type ListAsked = { operation: string; order: Order; filters: Record<string, unknown> };

/**
 * The list parameters that all lists share. Validation has filled in the defaults.
 * @throws BadRequest where the cursor is not one of this list
 */
export function pageOf(query: PageQuery, list: ListAsked): Page {
  const page = {
    limit: query.limit ?? 50,
    offset: query.offset ?? 0,
    createdAt: createdBetween(query),
  };
  if (query.cursor === undefined) return page;
  if (page.offset > 0) throw new BadRequest('invalid', 'offset: must be 0 beside a cursor');
  const decoded = decodeCursor(cursorList(list, page), list.order, query.cursor);
  if ('fault' in decoded) throw new BadRequest('invalid', `cursor: ${decoded.fault}`);
  return { ...page, after: decoded.place };
}

/**
 * Rows have microseconds. Of a finer bound, the direction decides whether the row beside it belongs
 * to the list.
 */
export function createdBetween(query: CreatedQuery): Page['createdAt'] {
  return {
    gt: bound(query['created_at.gt'], 'down'),
    gte: bound(query['created_at.gte'], 'up'),
    lt: bound(query['created_at.lt'], 'up'),
    lte: bound(query['created_at.lte'], 'down'),
  };
}

/** What an answer says of its page. */
export function shownPage(list: ListAsked, page: Page, last: Place | undefined) {
  return {
    limit: page.limit,
    offset: page.offset,
    next_cursor: last === undefined ? null : encodeCursor(cursorList(list, page), last),
  };
}

/** What a cursor is bound to: not to the size of the page. */
function cursorList({ operation, filters }: ListAsked, { createdAt }: Page) {
  return { operation, filters: { ...filters, created_at: createdAt } };
}

function bound(time: string | undefined, rounding: 'down' | 'up'): string | undefined {
  return time === undefined ? undefined : utcTime(time, rounding);
}
