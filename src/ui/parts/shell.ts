import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { html, type View } from '../html.ts';
import { notice } from '../notices.ts';
import { hrefTo, route, wasSent } from '../route.ts';
import { hasKey, lock } from '../session.ts';
import { SearchBox } from './search-box.ts';

const PLACES = [
  ['', 'Attention'],
  ['webhooks', 'Webhooks'],
  ['deliveries', 'Deliveries'],
  ['events', 'Events'],
  ['event-types', 'Event types'],
  ['operations', 'Operations'],
] as const;

/** What is around every page: where else one may go, and what was done last. */
export function Shell({ children }: { children: ComponentChildren }): View {
  const { parts } = route.value;
  const [here = ''] = parts;
  useArrival(parts.join('/'), nameOf(parts));
  return html`<div>
    <a class="skip" href="#content" onClick=${skip}>To the content</a>
    <header class="container-fluid">
      <nav aria-label="Main">
        <ul>
          <li><a href="#/" class="brand">Postmand</a></li>
          <li><${SearchBox} /></li>
        </ul>
        <ul>
          ${PLACES.map(
            ([place, name]) =>
              html`<li>
                <a
                  href=${hrefTo(place === '' ? [] : [place])}
                  aria-current=${place === here ? 'page' : undefined}
                  >${name}</a
                >
              </li>`,
          )}
          ${
            hasKey.value &&
            html`<li><button class="outline secondary" onClick=${lock}>Forget the key</button></li>`
          }
        </ul>
      </nav>
    </header>
    <${Notices} />
    <main id="content" class="container-fluid" tabindex="-1">${children}</main>
  </div>`;
}

const SINGLE: Record<string, string> = {
  deliveries: 'Delivery',
  events: 'Event',
  operations: 'Operation',
};

/** What a tab of the browser calls a page: that of one thing has the beginning of its id. */
function nameOf([here = '', id]: string[]): string | undefined {
  const single = SINGLE[here];
  if (single !== undefined && id !== undefined) return `${single} ${id.slice(0, 8)}`;
  return PLACES.find(([place]) => place === here)?.[1];
}

/**
 * Another page begins at its top, and with the focus: nothing is loaded that a browser sees. What
 * was said is left behind, unless it is said of what led here. At once: later, the focus would be
 * taken from where somebody types already.
 */
function useArrival(path: string, name: string | undefined): void {
  const before = useRef(path);
  useLayoutEffect(() => {
    document.title = name === undefined ? 'Postmand' : `${name} · Postmand`;
    if (before.current === path) return;
    before.current = path;
    if (!wasSent()) notice.value = undefined;
    scrollTo(0, 0);
    document.getElementById('content')?.focus({ preventScroll: true });
  }, [path]);
}

/** The address is the place of the reader: a link must not change it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** Said aloud as well. */
function Notices(): View {
  const said = notice.value;
  return html`<div class="container-fluid" role="status">
    ${
      said &&
      html`<p class=${`notice ${said.kind}`}>
        ${said.text}
        <button class="outline" aria-label="Close this message" onClick=${close}>×</button>
      </p>`
    }
  </div>`;
}

function close(): void {
  notice.value = undefined;
}
