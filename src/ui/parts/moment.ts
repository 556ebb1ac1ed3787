import { html, type View } from '../html.ts';

const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** A time in the zone of the reader. */
export const localTime = (at: string): string => LOCAL.format(new Date(at));

/** A time in the zone of the reader, with the UTC of the API at hand. */
export function Moment({ at }: { at: string }): View {
  return html`<time datetime=${at} title=${`${at} (UTC)`}>${localTime(at)}</time>`;
}
