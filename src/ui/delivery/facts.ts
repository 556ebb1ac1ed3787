import type { VNode } from 'preact';
import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { CopyButton } from '../parts/copy-button.ts';
import { Moment } from '../parts/moment.ts';
import { WebhookLink } from '../parts/webhook-link.ts';
import { hrefTo } from '../route.ts';
import type { Read } from './read.ts';

/** What is known of a delivery beside what became of it. */
export function DeliveryFacts({ read: { delivery, webhook } }: { read: Read }): View {
  const { id, webhook_id, event_id, send_at, expires_at, redeliveries, budget_used } = delivery;
  const allowed = webhook === undefined ? '' : ` of ${webhook.max_delivery_attempts}`;
  return html`<section>
    <h2>Facts</h2>
    <dl class="facts">
      <${Fact} name="Id">${id} <${CopyButton} text=${id} what="the id" /><//>
      <${Fact} name="Webhook"><${WebhookLink} id=${webhook_id} /><//>
      ${
        event_id !== null &&
        html`<${Fact} name="Event"><a href=${hrefTo(['events', event_id])}>${event_id}</a><//>`
      }
      <${OrderingFacts} delivery=${delivery} />
      <${MetadataFact} metadata=${delivery.metadata} place="deliveries" />
      <${Fact} name="Attempts that count">${budget_used}${allowed}<//>
      ${redeliveries > 0 && html`<${Fact} name="Redelivered">${redeliveries} ×<//>`}
      ${send_at !== null && html`<${Fact} name="Send at"><${Moment} at=${send_at} /><//>`}
      ${expires_at !== null && html`<${Fact} name="Expires at"><${Moment} at=${expires_at} /><//>`}
      <${TraceFact} traceparent=${delivery.traceparent} />
    </dl>
  </section>`;
}

/** Where the call that made it stands in a trace: what a tracing system finds it by. */
export function TraceFact({ traceparent }: { traceparent: string | null }): View {
  if (traceparent === null) return null;
  const [, traceId = traceparent] = traceparent.split('-');
  return html`<${Fact} name="Trace"
    >${traceId} <${CopyButton} text=${traceId} what="the id of the trace"
  /><//>`;
}

function OrderingFacts({ delivery }: { delivery: Schemas['Delivery'] }): View {
  const { ordering_key, webhook_id, sequence } = delivery;
  if (ordering_key === null) return null;
  return html`<${Fact} name="Ordering key">
    <a href=${hrefTo(['deliveries'], { webhook_id, ordering_key })}>${ordering_key}</a>
    ${sequence !== null && ` (number ${sequence})`}
  <//>`;
}

type MetadataFactProps = { metadata: Record<string, string>; place: string };

/** Each pair leads to whatever else carries it. */
export function MetadataFact({ metadata, place }: MetadataFactProps): View {
  const pairs = Object.entries(metadata);
  if (pairs.length === 0) return null;
  return html`<${Fact} name="Metadata">
    <ul class="chips">
      ${pairs.map(
        ([name, value]) =>
          html`<li class="chip" key=${name}>
            <a href=${hrefTo([place], { [`metadata.${name}`]: value })}>${name} = ${value}</a>
          </li>`,
      )}
    </ul>
  <//>`;
}

type FactProps = { name: string; children: VNode };

/** A name with what is said of it, within `dl`. */
export function Fact({ name, children }: FactProps): View {
  return html`<div class="fact">
    <dt>${name}</dt>
    <dd>${children}</dd>
  </div>`;
}
