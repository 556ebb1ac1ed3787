import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { wordsOf } from '../notices.ts';
import { useOnce } from '../once.ts';
import { State } from '../parts/state.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';
import { MISMATCHES } from '../webhook/mismatch.ts';

type ApiEvent = Schemas['Event'];
type Webhook = Schemas['Webhook'];
type EventParts = { event: ApiEvent };

const SHOWN = 10;

/** Of an event that nobody got: which webhooks subscribe to its type now, and would they get it. */
export function Missed({ event }: EventParts): View {
  const { value, error } = useOnce((signal) => {
    const query = { event_type: event.type, limit: SHOWN };
    return api.peek().get('/webhooks', { query, signal });
  });
  return html`<section>
    <h2>Nobody got it</h2>
    <p>When it was emitted, it was for no webhook, so no delivery of it was made.</p>
    ${error.value !== undefined && html`<p class="fault" role="alert">${wordsOf(error.value)}</p>`}
    ${value.value && html`<${Subscribers} event=${event} list=${value.value} />`}
  </section>`;
}

type SubscribersParts = EventParts & { list: Schemas['WebhookList'] };

function Subscribers({ event, list: { webhooks, next_cursor } }: SubscribersParts): View {
  const { type, payload_removed_at } = event;
  if (webhooks.length === 0)
    return html`<p>
      No webhook subscribes to ${type} now. See <a href=${hrefTo(['webhooks'])}>Webhooks</a>: Edit
      says to which event types each subscribes.
    </p>`;
  const isKept = payload_removed_at === null;
  return html`<div>
    <p>
      These webhooks subscribe to ${type} now.
      ${!isKept && ' The payload was removed, so whether their filters match cannot be said.'}
    </p>
    <ul>
      ${webhooks.map(
        (webhook) =>
          html`<li key=${webhook.id}>
            <a href=${hrefTo(['webhooks', webhook.id])}>${webhook.name}</a>${' '}
            ${isKept && html`<${Verdict} event=${event} webhook=${webhook} />`}
          </li>`,
      )}
    </ul>
    ${next_cursor !== null && html`<p class="muted">There are more than these ${SHOWN}.</p>`}
  </div>`;
}

/** Whether a webhook would get the event, were it emitted now. */
function Verdict({ event, webhook }: EventParts & { webhook: Webhook }): View {
  const { type, payload, ordering_key, metadata } = event;
  const { value, error } = useOnce((signal) =>
    api.peek().post('/webhooks/{webhook_id}/preview', {
      path: { webhook_id: webhook.id },
      body: { type, payload, ordering_key, metadata },
      signal,
    }),
  );
  if (error.value !== undefined) return html`<span class="fault">${wordsOf(error.value)}</span>`;
  if (value.value === undefined) return html`<span aria-busy="true">Reading …</span>`;
  const { mismatch } = value.value;
  return mismatch === null
    ? html`<${State} tone="well" words="would get it now" />`
    : html`<span>
        <${State} tone="warn" words="would not get it now" />${` ${MISMATCHES[mismatch]}`}
      </span>`;
}
