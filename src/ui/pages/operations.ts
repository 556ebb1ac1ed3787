import { html, type View } from '../html.ts';

export function Operations(): View {
  return html`<section><h1>Operations</h1></section>`;
}
