import { html, type View } from '../html.ts';
import { hrefTo } from '../route.ts';
import { webhookName } from '../webhook-names.ts';

/** A webhook by its name, with the way to it. */
export function WebhookLink({ id }: { id: string }): View {
  const name = webhookName(id);
  if (name === null) return html`<span>${id} (deleted)</span>`;
  return html`<a href=${hrefTo(['webhooks', id])}>${name === '' ? id : (name ?? '…')}</a>`;
}
