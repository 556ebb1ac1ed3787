import type { Schemas } from '../../client/api.ts';
import { leftOut, type LeftOut } from '../../client/left-out.ts';
import { html, type View } from '../html.ts';
import { wordsOf } from '../notices.ts';
import { useOnce } from '../once.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';
import { Subscribers } from './subscribers.ts';

type EventParts = { event: Schemas['Event'] };

/** Which webhooks subscribe to the type of an event and do not get it, and why. */
export function WhoDoesNot({ event }: EventParts): View {
  const { value, error } = useOnce((signal) => leftOut(api.peek(), event, signal));
  if (error.value !== undefined)
    return html`<p class="fault" role="alert">${wordsOf(error.value)}</p>`;
  const found = value.value;
  if (event.deliveries === 0) return html`<${Nobody} ...${{ event, found }} />`;
  if (found === undefined || found.webhooks.length === 0) return null;
  return html`<section>
    <h2>Who does not get it</h2>
    <p>
      These webhooks subscribe to ${event.type} now, and have no delivery of it.
      ${!found.isWhole && ' Not all of its deliveries are known: some are gone, or not made yet.'}
    </p>
    <${Subscribers} event=${event} of=${found} />
  </section>`;
}

function Nobody({ event, found }: EventParts & { found: LeftOut | undefined }): View {
  return html`<section>
    <h2>Nobody got it</h2>
    <p>When it was emitted, it was for no webhook, so no delivery of it was made.</p>
    ${
      found?.webhooks.length === 0 &&
      html`<p>
        No webhook subscribes to ${event.type} now. See ${' '}<a href=${hrefTo(['webhooks'])}
          >Webhooks</a
        >: Edit says to which event types each subscribes.
      </p>`
    }
    ${
      found !== undefined &&
      found.webhooks.length > 0 &&
      html`<div>
        <p>These webhooks subscribe to ${event.type} now.</p>
        <${Subscribers} event=${event} of=${found} />
      </div>`
    }
  </section>`;
}
