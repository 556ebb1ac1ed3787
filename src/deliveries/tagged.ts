import { withNames } from '../database/named-parameters.ts';
import { onPage, type Page } from '../database/page.ts';
import type { Queryable } from '../database/pool.ts';
import type { Metadata } from '../webhooks/metadata.ts';

/** What carries metadata, with the table of the entries of its pairs, and the id in these. */
const TAGGED = {
  deliveries: { tags: 'delivery_tags', id: 'delivery_id' },
  events: { tags: 'event_tags', id: 'event_id' },
} as const;

export type Tagged = keyof typeof TAGGED;

/** What else the rows must have, with the values that its conditions name. */
type List = { conditions: string; values: Record<string, unknown> };

/** The pair whose entries a search reads, one by one; undefined: it reads the list itself. */
export type Lead = [name: string, value: string] | undefined;

/**
 * So many entries of each pair, and of the list, are counted to find out which has the fewest.
 * With 10,000, a page took 10 to 20 ms more. Where all have more, a search reads those of the first
 * pair: each of them by chance carries the others, or not.
 */
const COUNTED = 1000;

/** The rarest among what a row must have. Nothing is asked where there is no choice. */
export async function leadOf(
  db: Queryable,
  { of, metadata }: { of: Tagged; metadata: Metadata },
  list?: List,
): Promise<Lead> {
  const pairs = Object.entries(metadata);
  if (pairs.length === 1 && list === undefined) return pairs[0];
  const { rows } = await db.query<{ place: number | null; count: number }>(
    ...withNames(
      `select place::integer, (select count(*)::integer from (
           select from ${TAGGED[of].tags} where tag = delivery_tag(name, value) limit ${COUNTED}
         ) as entry) as count
       from unnest($names::text[], $values::text[]) with ordinality as pair (name, value, place)
       ${list === undefined ? '' : countOf(of, list)}
       order by count, place limit 1`,
      {
        names: pairs.map(([name]) => name),
        values: pairs.map(([, value]) => value),
        ...list?.values,
      },
    ),
  );
  const place = rows[0]?.place ?? null;
  return place === null ? undefined : pairs[place - 1];
}

function countOf(of: Tagged, { conditions }: List): string {
  return `union all select null, count(*)::integer from (
      select from ${of} where ${conditions} limit ${COUNTED}
    ) as one`;
}

/**
 * The newest rows by the entries of a pair, whose values are `$lead_name` and `$lead_value`.
 * `columns` are those that are wanted. A hash stands for the pair, so `conditions`
 * ask the row for it too. The limit in the subquery makes PostgreSQL read entry by entry, in
 * their order, until the page is full.
 */
export function newestTagged(
  of: Tagged,
  { columns, conditions }: { columns: string; conditions: string },
  page: Page,
): string {
  const { tags, id } = TAGGED[of];
  return `(select found.* from (
      select created_at, id from (
        select tag, created_at, ${id} as id from ${tags}
      ) as entry
      where tag = delivery_tag($lead_name::text, $lead_value::text) ${onPage(page)}
      order by created_at desc, id desc
    ) as entry
    cross join lateral (
      select ${columns} from ${of} where id = entry.id and ${conditions} limit 1
    ) as found
    order by entry.created_at desc, entry.id desc
    limit $reach::bigint)`;
}

/** The places of the next `page.limit` entries of such a pair. */
export function placesTagged(of: Tagged, page: Page): string {
  const { tags, id } = TAGGED[of];
  return `select created_at, id from (
      select tag, created_at, ${id} as id from ${tags}
    ) as entry
    where tag = delivery_tag($lead_name::text, $lead_value::text) ${onPage(page)}
    order by created_at desc, id desc limit ${page.limit}`;
}

/** Of each of these, as `belongs`, whether its row fulfils the conditions. */
export function belongingTagged(of: Tagged, conditions: string, page: Page): string {
  return `select found.belongs from (${placesTagged(of, page)}) as entry
    left join lateral (
      select true as belongs from ${of} where id = entry.id and ${conditions} limit 1
    ) as found on true`;
}
