import type { Page } from '../database/page.ts';

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
    createdAt: { gt: query['created_at.gt'], gte: query['created_at.gte'], lt: query['created_at.lt'], lte: query['created_at.lte'] },
  };
}
