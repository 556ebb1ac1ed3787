import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { Dialog } from '../parts/dialog.ts';
import { hrefTo } from '../route.ts';
import { activate, resume } from '../webhook/activate.ts';
import { BlockedKeys } from '../webhook/blocked-keys.ts';
import { Test } from '../webhook/test.ts';

type AttentionItem = Schemas['AttentionItem'];
type RemedyParts = { item: AttentionItem; changed: () => void };

/** What can be done about something that is wrong, or where it can be looked at. */
export function Remedies({ item, changed }: RemedyParts): View {
  const { webhook_id: id, webhook_name } = item;
  const links = linksOf(item).map(
    ([words, href]) => html`<a key=${words} href=${href}>${words}</a>`,
  );
  const webhook = id === null ? undefined : { id, name: webhook_name ?? id };
  return html`<div class="actions">
    ${links} ${webhook && html`<${Deed} kind=${item.kind} webhook=${webhook} changed=${changed} />`}
  </div>`;
}

function linksOf(item: AttentionItem): [words: string, href: string][] {
  const { kind, webhook_id, operation_id, event_id, event_type } = item;
  const hasFailedAll = kind === 'failing' && item.deliveries === 0;
  const deliveries = (query: Record<string, string>) =>
    hrefTo(['deliveries'], { webhook_id: webhook_id ?? undefined, ...query });
  const links: [string, string][] = [];
  if (hasFailedAll) links.push(['What failed', deliveries({ status: 'failed' })]);
  else if (kind === 'failing' || kind === 'behind' || kind === 'blocked')
    links.push(['What waits', deliveries({ status: 'pending' })]);
  if (kind === 'deactivated')
    links.push(['What waits', deliveries({ held_reason: 'webhook_inactive' })]);
  if (kind === 'paused') links.push(['What waits', deliveries({ held_reason: 'endpoint_paused' })]);
  if (operation_id !== null) links.push(['The operation', hrefTo(['operations', operation_id])]);
  if (event_id !== null) links.push(['The event', hrefTo(['events', event_id])]);
  if (event_type !== null) links.push(['The event type', hrefTo(['event-types', event_type])]);
  return links;
}

type DeedParts = {
  kind: AttentionItem['kind'];
  webhook: { id: string; name: string };
  changed: () => void;
};

/** What can be done at once. Each button says of what, for those who hear it alone. */
function Deed({ kind, webhook, changed }: DeedParts): View {
  const isOpen = useSignal(false);
  const open = () => (isOpen.value = true);
  const onClose = () => {
    isOpen.value = false;
    changed();
  };
  const { id, name } = webhook;
  switch (kind) {
    case 'paused':
      return button(`Resume`, name, () => void resume(webhook, changed));
    case 'deactivated':
      return button('Activate', name, () => void activate(id, changed));
    case 'failing':
      return html`<span>
        ${button('Test', name, open)}
        ${isOpen.value && html`<${Test} webhook=${webhook} changed=${changed} onClose=${onClose} />`}
      </span>`;
    case 'blocked':
      return html`<span>
        ${button('Skip keys', name, open)}
        ${isOpen.value && html`<${Skipping} webhook=${webhook} onClose=${onClose} />`}
      </span>`;
    default:
      return null;
  }
}

const button = (verb: string, name: string, onClick: () => void): View =>
  html`<button aria-label=${`${verb}: ${name}`} onClick=${onClick}>${verb}</button>`;

type SkippingParts = { webhook: { id: string; name: string }; onClose: () => void };

function Skipping({ webhook, onClose }: SkippingParts): View {
  return html`<${Dialog} title=${webhook.name} onClose=${onClose}>
    <${BlockedKeys} webhookId=${webhook.id} />
    <footer><button type="button" onClick=${onClose}>Close</button></footer>
  <//>`;
}
