import { isPageTooLarge } from './problem.ts';

/** What a page of a list is asked with. */
export type PageQuery = { limit: number; cursor?: string };
/** A page of a list. */
export type Page<Item> = { items: Item[]; next_cursor: string | null };

/** The first page is of so many items, or fewer where fewer are wanted. */
const PAGE_ITEMS = 200;

/**
 * The first `limit` items of a list, page by page as they are needed. A page that would hold too
 * much text is asked for again with fewer items.
 */
export async function* itemsOf<Item>(
  read: (page: PageQuery) => Promise<Page<Item>>,
  limit = Infinity,
): AsyncGenerator<Item, void> {
  let left = limit;
  let most = PAGE_ITEMS;
  let cursor: string | undefined;
  while (left > 0) {
    const page = { limit: Math.min(left, most), ...(cursor === undefined ? {} : { cursor }) };
    const found = await orTooLarge(read(page), page.limit);
    if (found === undefined) {
      most = Math.ceil(page.limit / 4);
      continue;
    }
    yield* found.items;
    left -= found.items.length;
    if (found.next_cursor === null) return;
    cursor = found.next_cursor;
  }
}

/** Undefined: the page would hold too much text. */
async function orTooLarge<Value>(work: Promise<Value>, limit: number): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isPageTooLarge(error) && limit > 1) return undefined;
    throw error;
  }
}

/** What a generator yields, as an array. */
export async function gathered<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
