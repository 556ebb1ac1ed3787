import { html, type View } from '../html.ts';

export function Events(): View {
  return html`<section><h1>Events</h1></section>`;
}
