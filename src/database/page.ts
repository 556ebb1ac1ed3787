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
 * The page as parameters, in the order in which every list statement ends: gt, gte, lt, lte, limit,
 * offset.
 */
export function pageParameters({ createdAt, limit, offset }: Page): unknown[] {
  return [
    createdAt.gt ?? null,
    createdAt.gte ?? null,
    createdAt.lt ?? null,
    createdAt.lte ?? null,
    limit,
    offset,
  ];
}
