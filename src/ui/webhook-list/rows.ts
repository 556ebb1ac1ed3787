import { Fragment, type RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { useLive, type Live } from '../live.ts';
import { wordsOf } from '../notices.ts';
import { useSeen } from '../parts/seen.ts';
import { api } from '../session.ts';
import type { WebhookFilter } from './filter.ts';
import { None } from './none.ts';
import { Row } from './row.ts';

type WebhookList = Schemas['WebhookList'];

const PAGE_ITEMS = 50;

export type RowsParts = {
  filter: WebhookFilter;
  /** Where the page begins; undefined: with the first webhook. */
  cursor?: string;
  /** How many pages are wanted from here on. */
  pages: number;
  /** Asks for one page more. */
  more: () => void;
};

/**
 * A page of webhooks, and those behind it. Each is read again for itself, and only while it is to
 * be seen, so that a long list costs no more than a short one.
 */
export function Rows({ filter, cursor, pages, more }: RowsParts): View {
  const body = useRef<HTMLTableSectionElement>(null);
  const live = usePage(body, filter, cursor);
  const { webhooks = [], next_cursor = null } = live.value.value ?? {};
  return html`<${Fragment}>
    <tbody ref=${body}>
      ${webhooks.map((webhook) => html`<${Row} key=${webhook.id} webhook=${webhook} />`)}
      ${
        live.error.value === undefined
          ? live.value.value === undefined && html`<${Note} words="Reading …" isBusy=${true} />`
          : html`<${Note} words=${wordsOf(live.error.value)} />`
      }
      ${webhooks.length === 0 && live.value.value && html`<${None} filter=${filter} />`}
    </tbody>
    ${
      next_cursor !== null &&
      (pages > 1
        ? html`<${Rows} filter=${filter} cursor=${next_cursor} pages=${pages - 1} more=${more} />`
        : html`<tfoot>
            <tr>
              <td colspan="4">
                <button class="small outline" onClick=${more}>More webhooks</button>
              </td>
            </tr>
          </tfoot>`)
    }
  <//>`;
}

function Note({ words, isBusy = false }: { words: string; isBusy?: boolean }): View {
  return html`<tr>
    <td colspan="4" class="muted" aria-busy=${isBusy}>${words}</td>
  </tr>`;
}

function usePage(
  body: RefObject<HTMLTableSectionElement | null>,
  filter: WebhookFilter,
  cursor: string | undefined,
): Live<WebhookList> {
  const isSeen = useSeen(body);
  const readFrom = useRef(cursor);
  const live: Live<WebhookList> = useLive('page', (signal) => {
    const known = live.value.peek();
    if (known !== undefined && !isSeen.current && readFrom.current === cursor)
      return Promise.resolve(known);
    readFrom.current = cursor;
    const place = cursor === undefined ? {} : { cursor };
    return api.value.get('/webhooks', {
      query: { ...filter, ...place, limit: PAGE_ITEMS },
      signal,
    });
  });
  // Where the page before has other webhooks than before, this one begins elsewhere.
  useEffect(() => {
    if (readFrom.current !== cursor) void live.reload();
  }, [cursor]);
  return live;
}
