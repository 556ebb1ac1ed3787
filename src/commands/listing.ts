import { gathered } from '../client/pages.ts';
import type { Output } from './output.ts';
import { count } from './progress.ts';
import type { Column } from './table.ts';

/** A list that a command shows. */
export type Listing<Item> = {
  /** One more than `limit` says that there are more. */
  items: AsyncIterable<Item>;
  limit: number;
  /** What the items are, such as `deliveries`. */
  nouns: string;
  columns: (items: readonly Item[]) => Promise<Column<Item>[]> | Column<Item>[];
  /** How many there are in all, where that can be asked. It is asked where not all are shown. */
  total?: () => Promise<Counted>;
};

/** What the API has counted; `at_least`: there may be more. */
type Counted = { count: number; at_least: boolean };

export const countText = ({ count: number, at_least }: Counted): string =>
  `${count(number)}${at_least ? '+' : ''}`;

/**
 * Shows a list as a table, or with `json` as a line an item. Of what is more than `limit` it says
 * on stderr that it is there.
 */
export async function showList<Item>(
  { items, limit, nouns, columns, total }: Listing<Item>,
  out: Output,
): Promise<void> {
  const found = await gathered(items);
  const shown = found.slice(0, limit);
  if (out.json) for (const item of shown) out.jsonLine(item);
  else if (shown.length === 0) out.say(`There are no such ${nouns}.`);
  else out.table(shown, await columns(shown));
  if (found.length <= limit) return;
  const all = total === undefined || out.json ? '' : ` (${countText(await total())} in all)`;
  out.note(`There are more ${nouns}${all}: --limit shows more than ${limit}.`);
}
