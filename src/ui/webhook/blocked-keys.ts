import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { several } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Confirm } from '../parts/confirm.ts';
import { Loaded } from '../parts/loaded.ts';
import { Moment } from '../parts/moment.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';

type Blocked = Schemas['BlockedOrderingKey'];

const SHOWN = 50;

/** The ordering keys of a webhook that stand still, each with what lets it go on. */
export function BlockedKeys({ webhookId }: { webhookId: string }): View {
  const live = useLive(webhookId, (signal) =>
    api.value.get('/webhooks/{webhook_id}/ordering-keys', {
      path: { webhook_id: webhookId },
      query: { limit: SHOWN },
      signal,
    }),
  );
  const asked = useSignal<Blocked | undefined>(undefined);
  const show = ({ ordering_keys, next_cursor }: Schemas['OrderingKeyList']) =>
    ordering_keys.length === 0
      ? html`<p class="muted">No ordering key stands still.</p>`
      : html`<div>
          ${table(ordering_keys, (one) => (asked.value = one))}
          ${next_cursor !== null && html`<p class="muted">The first ${SHOWN} of more.</p>`}
        </div>`;
  return html`<section aria-labelledby="blocked">
    <h2 id="blocked">Blocked ordering keys</h2>
    <${Loaded} of=${live} show=${show} />
    ${
      asked.value &&
      html`<${Skip}
        webhookId=${webhookId}
        blocked=${asked.value}
        onClose=${() => {
          asked.value = undefined;
          void live.reload();
        }}
      />`
    }
  </section>`;
}

function table(keys: Blocked[], ask: (one: Blocked) => void): View {
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="blocked">
    <table>
      <caption>
        Blocked ordering keys
      </caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Since</th>
          <th scope="col" class="number">Waiting</th>
          <th scope="col"><span class="unseen">What to do</span></th>
        </tr>
      </thead>
      <tbody>
        ${keys.map(
          (one) =>
            html`<tr key=${one.ordering_key}>
              <th scope="row" class="wrap">
                <a href=${hrefTo(['deliveries', one.delivery_id])}>${one.ordering_key}</a>
              </th>
              <td><${Moment} at=${one.blocked_since} /></td>
              <td class="number">${one.waiting}</td>
              <td>
                <button
                  class="small outline"
                  aria-label=${`Skip what blocks ${one.ordering_key}`}
                  onClick=${() => ask(one)}
                >
                  Skip
                </button>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

type SkipParts = { webhookId: string; blocked: Blocked; onClose: () => void };

function Skip({ webhookId, blocked: { ordering_key, waiting }, onClose }: SkipParts): View {
  async function work(): Promise<string> {
    await api.value.post('/webhooks/{webhook_id}/ordering-keys/{ordering_key}/skip', {
      path: { webhook_id: webhookId, ordering_key },
    });
    return `The ordering key ${ordering_key} goes on.`;
  }
  return html`<${Confirm}
    title="Skip what blocks this ordering key?"
    verb="Skip it"
    work=${work}
    onClose=${onClose}
  >
    <p>
      The failed delivery of <strong class="wrap">${ordering_key}</strong> stays failed, and gives
      up its place: ${several(waiting, 'delivery', 'deliveries')} behind it can be sent.
    </p>
  <//>`;
}
