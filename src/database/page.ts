/** One page of a list, and the times that its rows were created between. */
export type Page = {
  limit: number;
  offset: number;
  createdAt: {
    gt?: string | undefined;
    gte?: string | undefined;
    lt?: string | undefined;
    lte?: string | undefined;
  };
};

/**
 * The condition that a row was created between the times of the page. A null parameter is no
 * filter: the planner sees the values and drops what is always true.
 */
export const CREATED_BETWEEN = `
  ($created_gt::timestamptz is null or created_at > $created_gt)
  and ($created_gte::timestamptz is null or created_at >= $created_gte)
  and ($created_lt::timestamptz is null or created_at < $created_lt)
  and ($created_lte::timestamptz is null or created_at <= $created_lte)`;

/** The values for `CREATED_BETWEEN`, `$limit` and `$offset` in a list statement. */
export function pageValues({ createdAt, limit, offset }: Page): Record<string, unknown> {
  return {
    created_gt: createdAt.gt,
    created_gte: createdAt.gte,
    created_lt: createdAt.lt,
    created_lte: createdAt.lte,
    limit,
    offset,
  };
}
