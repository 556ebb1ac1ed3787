import { html, type View } from '../html.ts';

export function WebhookPage(): View {
  return html`<section><h1>Webhook</h1></section>`;
}
