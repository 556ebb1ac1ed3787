import { signal } from '@preact/signals';

/** Where the reader is: the parts of a path, and parameters. */
export type Route = { parts: string[]; query: URLSearchParams };

/** It follows the address of the page, behind its `#`, so that links and "back" work. */
export const route = signal(readRoute());

/** Whether `goTo` has led to the present place, and not the reader themselves, by a link. */
export const wasSent = (): boolean => sentTo === location.hash;

/** Where `goTo` led last. */
let sentTo: string | undefined;

addEventListener('hashchange', () => {
  if (!wasSent()) sentTo = undefined;
  route.value = readRoute();
});

function readRoute(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#/, '').split('?', 2);
  const parts = path.split('/').filter((part) => part !== '');
  return { parts: parts.map(decoded), query: new URLSearchParams(query) };
}

/** An address that somebody cut in the middle of an escape is no fault of the page. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

type Query = Record<string, string | undefined>;

/** The address of a place, for a link. Parameters that are undefined or empty are left out. */
export function hrefTo(parts: string[], query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== '') search.set(name, value);
  const tail = search.size === 0 ? '' : `?${search.toString()}`;
  return `#/${parts.map(encodeURIComponent).join('/')}${tail}`;
}

/** Goes to a place. `replace`: "back" leads to where the reader was before the present place. */
export function goTo(parts: string[], query: Query = {}, { replace = false } = {}): void {
  const href = hrefTo(parts, query);
  if (!replace) {
    sentTo = href;
    location.hash = href;
    return;
  }
  history.replaceState(null, '', href);
  route.value = readRoute();
}
