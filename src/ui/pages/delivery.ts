import { html, type View } from '../html.ts';

export function DeliveryPage(): View {
  return html`<section><h1>Delivery</h1></section>`;
}
