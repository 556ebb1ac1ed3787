import { html, type View } from '../html.ts';

export function WebhookForm(): View {
  return html`<section><h1>Webhook settings</h1></section>`;
}
