import type { Page } from '../database/page.ts';
import { utcTime } from './time.ts';

type PageQuery = {
  limit?: number;
  offset?: number;
  'created_at.gt'?: string;
  'created_at.gte'?: string;
  'created_at.lt'?: string;
  'created_at.lte'?: string;
};

/** The list parameters that all lists share. Validation has filled in the defaults. */
export function pageOf(query: PageQuery): Page {
  return {
    limit: query.limit ?? 50,
    offset: query.offset ?? 0,
    // Rows have microseconds. Of a finer bound, the direction decides whether the row beside it
    // belongs to the list.
    createdAt: {
      gt: bound(query['created_at.gt'], 'down'),
      gte: bound(query['created_at.gte'], 'up'),
      lt: bound(query['created_at.lt'], 'up'),
      lte: bound(query['created_at.lte'], 'down'),
    },
  };
}

function bound(time: string | undefined, rounding: 'down' | 'up'): string | undefined {
  return time === undefined ? undefined : utcTime(time, rounding);
}
