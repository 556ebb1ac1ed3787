import type { Schemas } from '../../client/api.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { DeliveryState } from '../parts/delivery-state.ts';
import { Loaded } from '../parts/loaded.ts';
import { Moment } from '../parts/moment.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';

const SHOWN = 10;

/** The latest deliveries of a webhook, and the way to all of them. */
export function LatestDeliveries({ webhookId }: { webhookId: string }): View {
  const live = useLive(webhookId, (signal) =>
    api.value.get('/deliveries', { query: { webhook_id: webhookId, limit: SHOWN }, signal }),
  );
  const ofThis = (query: Record<string, string> = {}) =>
    hrefTo(['deliveries'], { webhook_id: webhookId, ...query });
  return html`<section aria-labelledby="latest">
    <div class="head">
      <h2 id="latest">Latest deliveries</h2>
      <p class="actions">
        <a href=${ofThis()}>All</a>
        <a href=${ofThis({ status: 'failed' })}>Failed</a>
        <a href=${ofThis({ status: 'pending' })}>Pending</a>
      </p>
    </div>
    <${Loaded} of=${live} show=${({ deliveries }: Schemas['DeliveryList']) => table(deliveries)} />
  </section>`;
}

function table(deliveries: Schemas['Delivery'][]): View {
  if (deliveries.length === 0) return html`<p class="muted">It has had no deliveries yet.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="latest">
    <table>
      <caption>
        Latest deliveries
      </caption>
      <thead>
        <tr>
          <th scope="col">Created</th>
          <th scope="col">Status</th>
          <th scope="col" class="number">Attempts</th>
          <th scope="col" class="wide-only">Ordering key</th>
        </tr>
      </thead>
      <tbody>
        ${deliveries.map(
          (one) =>
            html`<tr key=${one.id}>
              <th scope="row">
                <a href=${hrefTo(['deliveries', one.id])}><${Moment} at=${one.created_at} /></a>
                ${one.test && html` <small>test</small>`}
              </th>
              <td><${DeliveryState} delivery=${one} /></td>
              <td class="number">${one.delivery_attempts}</td>
              <td class="wide-only wrap">${one.ordering_key ?? '–'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
