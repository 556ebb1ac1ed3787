import { html, type View } from './html.ts';
import { Attention } from './pages/attention.ts';
import { Deliveries } from './pages/deliveries.ts';
import { DeliveryPage } from './pages/delivery.ts';
import { EventPage } from './pages/event.ts';
import { EventTypes } from './pages/event-types.ts';
import { Events } from './pages/events.ts';
import { Operations } from './pages/operations.ts';
import { WebhookForm } from './pages/webhook-form.ts';
import { WebhookPage } from './pages/webhook.ts';
import { Webhooks } from './pages/webhooks.ts';
import type { Route } from './route.ts';

/** The page of a place. */
export function pageOf({ parts }: Route): View {
  const [place = '', id, part] = parts;
  switch (place) {
    case '':
      return html`<${Attention} />`;
    case 'webhooks':
      if (id === undefined) return html`<${Webhooks} />`;
      if (id === 'new') return html`<${WebhookForm} />`;
      if (part === 'edit') return html`<${WebhookForm} key=${id} id=${id} />`;
      return html`<${WebhookPage} key=${id} id=${id} />`;
    case 'deliveries':
      return id === undefined
        ? html`<${Deliveries} />`
        : html`<${DeliveryPage} key=${id} id=${id} />`;
    case 'events':
      return id === undefined ? html`<${Events} />` : html`<${EventPage} key=${id} id=${id} />`;
    case 'event-types':
      return html`<${EventTypes} name=${id} />`;
    case 'operations':
      return html`<${Operations} id=${id} />`;
    default:
      return html`<section>
        <h1>There is no such page</h1>
        <p><a href="#/">What needs attention</a></p>
      </section>`;
  }
}
