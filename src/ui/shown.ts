/** A page of a list. */
export type Page<Item> = { items: Item[]; next_cursor: string | null };

/** What a reader sees of a list that others change meanwhile. */
export type Shown<Item> = {
  items: Item[];
  /** Where the list goes on behind the last of them; null at its end. */
  cursor: string | null;
  /** Those of them that the list has no more, by their ids. */
  gone: ReadonlySet<string>;
  /** How many the list has before or between them. */
  fresh: number;
  /** Whether there may be more of these than `fresh` says. */
  freshIsLeast: boolean;
  /** The beginning of the list, as it was read last. */
  latest: Page<Item>;
};

type IdOf<Item> = (item: Item) => string;

/** A list that is shown for the first time, or anew. */
export const shownOf = <Item>(latest: Page<Item>): Shown<Item> => ({
  ...{ items: latest.items, cursor: latest.next_cursor, latest },
  ...{ gone: new Set(), fresh: 0, freshIsLeast: false },
});

/** The same with the next page behind it. */
export function withPage<Item>(
  shown: Shown<Item>,
  { items, next_cursor }: Page<Item>,
  idOf: IdOf<Item>,
): Shown<Item> {
  const known = new Set(shown.items.map(idOf));
  const added = items.filter((item) => !known.has(idOf(item)));
  return { ...shown, items: [...shown.items, ...added], cursor: next_cursor };
}

/**
 * The same items as they are now. None comes or goes, so that nothing moves under the eyes of the
 * reader: what the list has more or less is noted.
 */
export function refreshed<Item>(
  shown: Shown<Item>,
  latest: Page<Item>,
  idOf: IdOf<Item>,
): Shown<Item> {
  if (shown.items.length === 0) return shownOf(latest);
  const now = new Map(latest.items.map((item) => [idOf(item), item]));
  const known = shown.items.map(idOf);
  const lastKnown = latest.items.findLastIndex((item) => known.includes(idOf(item)));
  const before = latest.items.slice(0, lastKnown === -1 ? undefined : lastKnown);
  const fresh = before.filter((item) => !known.includes(idOf(item))).length;
  // Of what lies behind the last one that is known, nothing is known.
  const last = latest.items[lastKnown];
  const covered =
    latest.next_cursor === null ? known.length : last === undefined ? 0 : known.indexOf(idOf(last));
  const gone = new Set(
    known.filter((id, i) => !now.has(id) && (i < covered || shown.gone.has(id))),
  );
  return {
    ...shown,
    items: shown.items.map((item) => now.get(idOf(item)) ?? item),
    ...{ gone, fresh, latest, freshIsLeast: lastKnown === -1 && latest.next_cursor !== null },
  };
}
