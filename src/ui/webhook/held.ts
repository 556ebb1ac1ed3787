import type { Schemas } from '../../client/api.ts';
import { count } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Loaded } from '../parts/loaded.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';

type Reason = NonNullable<Schemas['Delivery']['held_reason']>;
type Counted = { reason: Reason; found: Schemas['DeliveryCount'] };

const REASONS: Record<Reason, string> = {
  webhook_inactive: 'the webhook is inactive',
  endpoint_failing: 'its endpoint is failing, and one at a time is tried',
  endpoint_paused: 'it is paused',
  ordered: 'an earlier delivery of the same ordering key comes first',
  imported: 'they were imported, and wait for their turn',
  scheduled: 'their time (send_at) is still to come',
};

/** How many deliveries of a webhook are held, by the reason. */
export function Held({ webhookId }: { webhookId: string }): View {
  const live = useLive(webhookId, (signal) => {
    const counts = (Object.keys(REASONS) as Reason[]).map(async (reason): Promise<Counted> => {
      const query = { webhook_id: webhookId, held_reason: reason };
      return { reason, found: await api.value.get('/deliveries/count', { query, signal }) };
    });
    return Promise.all(counts);
  });
  const show = (counted: Counted[]) =>
    html`<ul class="plain-list">
      ${counted
        .filter(({ found }) => found.count > 0)
        .map(
          ({ reason, found }) =>
            html`<li key=${reason}>
              <a href=${hrefTo(['deliveries'], { webhook_id: webhookId, held_reason: reason })}
                >${count(found.count)}${found.at_least && '+'}</a
              >
              ${`: ${REASONS[reason]}`}
            </li>`,
        )}
    </ul>`;
  return html`<section aria-labelledby="held">
    <h2 id="held">Held back</h2>
    <article><${Loaded} of=${live} show=${show} /></article>
  </section>`;
}
