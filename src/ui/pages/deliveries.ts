import { html, type View } from '../html.ts';

export function Deliveries(): View {
  return html`<section><h1>Deliveries</h1></section>`;
}
