import type { Schemas } from '../../client/api.ts';
import { Fact, MetadataFact, TraceFact } from '../delivery/facts.ts';
import { WhoDoesNot } from '../event/left-out.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { usePaged } from '../paged.ts';
import { CopyButton } from '../parts/copy-button.ts';
import { DeliveryState } from '../parts/delivery-state.ts';
import { ListOf } from '../parts/list-of.ts';
import { Loaded } from '../parts/loaded.ts';
import { Moment } from '../parts/moment.ts';
import { WebhookLink } from '../parts/webhook-link.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';
import { Payload } from './delivery.ts';
import { Recipients } from './events.ts';

type ApiEvent = Schemas['Event'];
type Delivery = Schemas['Delivery'];

/** An event: what it says, and who gets it. */
export function EventPage({ id }: { id: string }): View {
  const live = useLive(id, (signal) =>
    api.peek().get('/events/{event_id}', { path: { event_id: id }, signal }),
  );
  const show = (event: ApiEvent) =>
    html`<div>
      <h1>${event.type}</h1>
      ${event.fault !== null && html`<p class="fault">It goes to nobody: ${event.fault}</p>`}
      <div class="beside">
        <div>
          ${event.deliveries !== 0 && html`<${Deliveries} event=${event} />`}
          ${
            event.deliveries !== null &&
            event.fault === null &&
            html`<${WhoDoesNot} event=${event} />`
          }
        </div>
        <div>
          <${EventFacts} event=${event} />
          <${Payload} text=${event.payload} removedAt=${event.payload_removed_at} />
        </div>
      </div>
    </div>`;
  return html`<section>
    <p class="way"><a href=${hrefTo(['events'])}>Events</a></p>
    <${Loaded} of=${live} show=${show} />
  </section>`;
}

function EventFacts({ event }: { event: ApiEvent }): View {
  const { id, created_at, ordering_key, metadata, operation_id, send_at, expires_at } = event;
  return html`<section>
    <h2>Facts</h2>
    <dl class="facts">
      <${Fact} name="Id">${id} <${CopyButton} text=${id} what="the id" /><//>
      <${Fact} name="Type">
        <a href=${hrefTo(['event-types', event.type])}>${event.type}</a>
      <//>
      <${Fact} name="Created"><${Moment} at=${created_at} /><//>
      <${Fact} name="Goes to"><${Recipients} event=${event} /><//>
      ${ordering_key !== null && html`<${Fact} name="Ordering key">${ordering_key}<//>`}
      <${MetadataFact} metadata=${metadata} place="events" />
      ${send_at !== null && html`<${Fact} name="Send at"><${Moment} at=${send_at} /><//>`}
      ${expires_at !== null && html`<${Fact} name="Expires at"><${Moment} at=${expires_at} /><//>`}
      ${
        operation_id !== null &&
        html`<${Fact} name="Made by">
          <a href=${hrefTo(['operations', operation_id])}>an operation</a>
        <//>`
      }
      <${TraceFact} traceparent=${event.traceparent} />
    </dl>
  </section>`;
}

const COLUMNS = ['Webhook', 'Status', 'Attempts', 'Delivery'];

/** The deliveries of an event. */
function Deliveries({ event: { id } }: { event: ApiEvent }): View {
  const paged = usePaged<Delivery>(id, {
    read: async (page, signal) => {
      const query = { event_id: id, ...page };
      const answer = await api.peek().get('/deliveries', { query, ...(signal && { signal }) });
      return { items: answer.deliveries, next_cursor: answer.next_cursor };
    },
    idOf: (delivery) => delivery.id,
  });
  return html`<section>
    <h2>Who gets it</h2>
    <${ListOf}
      noun="deliveries"
      paged=${paged}
      columns=${COLUMNS}
      cells=${cells}
      empty="No delivery of it is kept."
    />
    <p><a href=${hrefTo(['deliveries'], { event_id: id })}>Search among these deliveries</a></p>
  </section>`;
}

const cells = (delivery: Delivery) => [
  html`<${WebhookLink} id=${delivery.webhook_id} />`,
  html`<${DeliveryState} delivery=${delivery} />`,
  delivery.delivery_attempts,
  html`<a href=${hrefTo(['deliveries', delivery.id])}>what happened</a>`,
];
