import { html, type View } from '../html.ts';

export function EventTypes(): View {
  return html`<section><h1>Event types</h1></section>`;
}
