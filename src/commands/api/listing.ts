import type { Output } from './output.ts';
import { count } from '../progress.ts';
import type { Column } from './table.ts';

/** A list that a command shows. */
export type Listing<Item> = {
  /** One more than `limit` says that there are more. */
  items: AsyncIterable<Item>;
  limit: number;
  /** What the items are, such as `deliveries`. */
  nouns: string;
  /** What is said where there is none. */
  ifNone?: string;
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
  { items, limit, nouns, ifNone, columns, total }: Listing<Item>,
  out: Output,
): Promise<void> {
  const { shown, more } = await cut(items, limit, out);
  if (!out.json && shown.length === 0) {
    out.say(`There are no such ${nouns}.`);
    if (ifNone !== undefined) out.tell(ifNone, { first: '→ ', rest: '  ' });
  } else if (!out.json) out.table(shown, await columns(shown));
  if (!more) return;
  const all = total === undefined || out.json ? '' : ` (${countText(await total())} in all)`;
  out.note(`There are more ${nouns}${all}: --limit shows more than ${limit}.`);
}

/** The first items. In JSON each is shown at once, and none is kept. */
async function cut<Item>(
  items: AsyncIterable<Item>,
  limit: number,
  out: Output,
): Promise<{ shown: Item[]; more: boolean }> {
  const shown: Item[] = [];
  let seen = 0;
  for await (const item of items) {
    seen += 1;
    if (seen > limit) return { shown, more: true };
    if (out.json) out.jsonLine(item);
    else shown.push(item);
  }
  return { shown, more: false };
}
