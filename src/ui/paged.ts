import { useSignal, type Signal } from '@preact/signals';
import { fitting } from './fitting.ts';
import { useLive, type Live } from './live.ts';
import { heedLock } from './session.ts';
import { refreshed, shownOf, withPage, type Page, type Shown } from './shown.ts';

type PageQuery = { limit: number; cursor?: string };

/** How a page of a list is read, and by what its items are known. */
export type ListOf<Item> = {
  read: (page: PageQuery, signal?: AbortSignal) => Promise<Page<Item>>;
  idOf: (item: Item) => string;
};

/** A list that a reader sees, and what they can do with it. */
export type Paged<Item> = {
  live: Live<Shown<Item>>;
  idOf: (item: Item) => string;
  /** Begins anew, with what is new. */
  renew: () => void;
  /** Reads the next page. */
  more: () => Promise<void>;
  isReading: Signal<boolean>;
};

const PAGE_ITEMS = 50;
/** No more are read again every few seconds. */
const MOST_REFRESHED = 200;

/** A list that stays as it is under the eyes of the reader; with another `key` it begins anew. */
export function usePaged<Item>(key: string, { read, idOf }: ListOf<Item>): Paged<Item> {
  const isReading = useSignal(false);
  const live: Live<Shown<Item>> = useLive(key, async (signal) => {
    const seen = live.value.peek()?.items.length ?? 0;
    const limit = Math.min(Math.max(seen, PAGE_ITEMS), MOST_REFRESHED);
    const page = await fitting((most) => read({ limit: most }, signal), limit);
    const shown = live.value.peek();
    return shown === undefined ? shownOf(page) : refreshed(shown, page, idOf);
  });

  function renew(): void {
    const shown = live.value.peek();
    if (shown !== undefined) live.value.value = shownOf(shown.latest);
  }

  async function more(): Promise<void> {
    const cursor = live.value.peek()?.cursor ?? null;
    if (cursor === null || isReading.value) return;
    isReading.value = true;
    try {
      const page = await fitting((limit) => read({ limit, cursor }), PAGE_ITEMS);
      const shown = live.value.peek();
      // Meanwhile the list may have begun anew.
      if (shown?.cursor === cursor) live.value.value = withPage(shown, page, idOf);
    } catch (error) {
      live.error.value = heedLock(error);
    } finally {
      isReading.value = false;
    }
  }

  return { live, idOf, renew, more, isReading };
}
