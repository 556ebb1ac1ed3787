import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { addressOf, asked, filterOf, type DeliveryFilter } from '../filter/delivery-filter.ts';
import { html, type View } from '../html.ts';
import { usePaged } from '../paged.ts';
import { ActOnAll } from '../parts/act-on-all.ts';
import { DeliveryState } from '../parts/delivery-state.ts';
import { FilterBar } from '../parts/filter-bar.ts';
import { ListOf } from '../parts/list-of.ts';
import { pairsIn } from '../parts/metadata.ts';
import { Moment } from '../parts/moment.ts';
import { WebhookLink } from '../parts/webhook-link.ts';
import { goTo, hrefTo, route } from '../route.ts';
import { PostDelivery } from '../by-hand/post-delivery.ts';
import { api } from '../session.ts';

type Delivery = Schemas['Delivery'];

const COLUMNS = ['Created', 'Webhook', 'Status', 'Attempts', 'Ordering key', 'Metadata'];

/** Deliveries by a filter that is in the address, so that a link leads others to the same. */
export function Deliveries(): View {
  const isPosting = useSignal(false);
  const filter = filterOf(route.value.query);
  const address = JSON.stringify(addressOf(filter));
  const paged = usePaged<Delivery>(address, {
    read: async (page, signal) => {
      const query = { ...asked(filter), ...page };
      const answer = await api.peek().get('/deliveries', { query, ...(signal && { signal }) });
      return { items: answer.deliveries, next_cursor: answer.next_cursor };
    },
    idOf: ({ id }) => id,
  });
  const search = (wanted: DeliveryFilter) => goTo(['deliveries'], addressOf(wanted));
  return html`<section>
    <div class="head">
      <h1>Deliveries</h1>
      <div class="actions">
        <button type="button" onClick=${() => (isPosting.value = true)}>Post a delivery</button>
      </div>
    </div>
    <${FilterBar} filter=${filter} onSearch=${search} />
    <${ActOnAll} key=${address} filter=${filter} />
    <${ListOf}
      noun="deliveries"
      paged=${paged}
      columns=${COLUMNS}
      cells=${cells}
      empty=${html`<${NoDelivery} filter=${filter} />`}
    />
    ${
      isPosting.value &&
      html`<${PostDelivery}
        webhookId=${filter.webhook_id}
        onClose=${() => (isPosting.value = false)}
      />`
    }
  </section>`;
}

/** Who looks for something certain may look for an event of which no delivery was made. */
function NoDelivery({ filter }: { filter: DeliveryFilter }): View {
  const { metadata, 'created_at.gte': gte, 'created_at.lt': lt } = filter;
  if (filter.event_id === undefined && Object.keys(metadata).length === 0)
    return html`<span>No delivery matches.</span>`;
  const wanted = addressOf({ metadata, 'created_at.gte': gte, 'created_at.lt': lt });
  const events = hrefTo(['events'], wanted);
  return html`<span>
    No delivery matches. Of an event none is made for a webhook that it does not match: ${' '}<a
      href=${events}
      >look among events</a
    >, which say who does not get them, and why.
  </span>`;
}

const cells = (delivery: Delivery) => [
  html`<a href=${hrefTo(['deliveries', delivery.id])}><${Moment} at=${delivery.created_at} /></a>`,
  html`<${WebhookLink} id=${delivery.webhook_id} />`,
  html`<${DeliveryState} delivery=${delivery} />`,
  delivery.delivery_attempts,
  delivery.ordering_key,
  pairsIn(delivery.metadata),
];
