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
  /** It goes on behind this place of the list; undefined: it begins at the start. */
  after?: Place | undefined;
};

/**
 * Where an item stands in its list: what the list is ordered by (a time, a name, a key), and its
 * id. It stays a place of the list when the item is gone.
 */
export type Place = { at: string; id: string };

/** The items of a page. `last` is the place of the last one where the list goes on behind it. */
export type Listing<Item> = { items: Item[]; last: Place | undefined };

/** Behind a place, in the order of a list. No two rows have the same place. */
const BEHIND = {
  newest: 'and (created_at, id) < ($after_at::timestamptz, $after_id::uuid)',
  name: 'and (name, id) > ($after_at::text, $after_id::uuid)',
  key: 'and ordering_key > $after_at::text',
  type: 'and name > $after_at::text',
} as const;

/**
 * The conditions of a page on a row: created between its times, and behind its place. Only those
 * that are given are written, so that every plan may use them to find its way in an index, also a
 * plan that is kept for any values.
 */
export function onPage(
  { createdAt: { gt, gte, lt, lte }, after }: Page,
  order: keyof typeof BEHIND = 'newest',
): string {
  return [
    gt === undefined ? '' : 'and created_at > $created_gt::timestamptz',
    gte === undefined ? '' : 'and created_at >= $created_gte::timestamptz',
    lt === undefined ? '' : 'and created_at < $created_lt::timestamptz',
    lte === undefined ? '' : 'and created_at <= $created_lte::timestamptz',
    after === undefined ? '' : BEHIND[order],
  ].join(' ');
}

/**
 * The values for `onPage`, and `$limit`, `$offset` and `$reach` in a list statement. A page reaches
 * one row further than it shows: that one tells whether the list goes on.
 */
export function pageValues({ createdAt, after, limit, offset }: Page): Record<string, unknown> {
  return {
    created_gt: createdAt.gt,
    created_gte: createdAt.gte,
    created_lt: createdAt.lt,
    created_lte: createdAt.lte,
    after_at: after?.at,
    after_id: after?.id,
    limit,
    offset,
    reach: limit + offset + 1,
  };
}

/**
 * Whether a page that is listed the newest first shows this row, as an expression of SQL over the
 * rows that it reaches. Texts of the one behind it need not be read.
 */
export const IS_SHOWN = 'row_number() over (order by created_at desc, id desc) <= $limit';

/** What a page shows of the rows that it reaches. */
export function listingOf<Row>(
  rows: Row[],
  { limit }: Page,
  placeOf: (row: Row) => Place,
): Listing<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, last: rows.length > limit && last !== undefined ? placeOf(last) : undefined };
}
