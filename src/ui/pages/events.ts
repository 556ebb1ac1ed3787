import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { count } from '../../client/explaining/time-words.ts';
import { addressOf, metadataAsked } from '../filter/delivery-filter.ts';
import { EventBar } from '../filter/event-bar.ts';
import { eventFilterOf, type EventFilter } from '../filter/event-filter.ts';
import { html, type View } from '../html.ts';
import { usePaged } from '../paged.ts';
import { ListOf } from '../parts/list-of.ts';
import { pairsIn } from '../parts/metadata.ts';
import { Moment } from '../parts/moment.ts';
import { State } from '../parts/state.ts';
import { goTo, hrefTo, route } from '../route.ts';
import { EmitEvent } from '../by-hand/emit-event.ts';
import { api } from '../session.ts';

type ApiEvent = Schemas['Event'];

const COLUMNS = ['Created', 'Type', 'Goes to', 'Ordering key', 'Metadata'];

/** Events by a filter that is in the address. */
export function Events(): View {
  const isEmitting = useSignal(false);
  const filter = eventFilterOf(route.value.query);
  const paged = usePaged<ApiEvent>(JSON.stringify(addressOf(filter)), {
    read: async (page, signal) => {
      const { metadata, ...texts } = filter;
      const query = { ...(texts as { type?: string }), ...metadataAsked(metadata), ...page };
      const answer = await api.peek().get('/events', { query, ...(signal && { signal }) });
      return { items: answer.events, next_cursor: answer.next_cursor };
    },
    idOf: ({ id }) => id,
  });
  const search = (wanted: EventFilter) => goTo(['events'], addressOf(wanted));
  return html`<section>
    <div class="head">
      <h1>Events</h1>
      <div class="actions">
        <button type="button" onClick=${() => (isEmitting.value = true)}>Emit an event</button>
      </div>
    </div>
    <${EventBar} filter=${filter} onSearch=${search} />
    <${ListOf}
      noun="events"
      paged=${paged}
      columns=${COLUMNS}
      cells=${cells}
      empty="No event matches."
    />
    ${isEmitting.value && html`<${EmitEvent} onClose=${() => (isEmitting.value = false)} />`}
  </section>`;
}

const cells = (event: ApiEvent) => [
  html`<a href=${hrefTo(['events', event.id])}><${Moment} at=${event.created_at} /></a>`,
  html`<a href=${hrefTo(['event-types', event.type])}>${event.type}</a>`,
  html`<${Recipients} event=${event} />`,
  event.ordering_key,
  pairsIn(event.metadata),
];

/** To how many webhooks an event goes. */
export function Recipients({ event }: { event: ApiEvent }): View {
  const { deliveries, fault } = event;
  if (fault !== null) return html`<${State} tone="bad" words="nobody: it has a fault" />`;
  if (deliveries === null) return html`<${State} tone="calm" words="being chosen" />`;
  const words = deliveries === 1 ? '1 webhook' : `${count(deliveries)} webhooks`;
  return html`<span>${deliveries === 0 ? 'nobody' : words}</span>`;
}
