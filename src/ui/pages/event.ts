import { html, type View } from '../html.ts';

export function EventPage(): View {
  return html`<section><h1>Event</h1></section>`;
}
