import type { Schemas } from '../../client/api.ts';
import { Charts } from '../chart/charts.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { LinkTo } from '../parts/link-to.ts';
import { Loaded } from '../parts/loaded.ts';
import { api } from '../session.ts';
import type { ActionParts } from '../webhook/action-parts.ts';
import { Actions } from '../webhook/actions.ts';
import { BlockedKeys } from '../webhook/blocked-keys.ts';
import { Health } from '../webhook/health.ts';
import { Held } from '../webhook/held.ts';
import { LatestDeliveries } from '../webhook/latest-deliveries.ts';
import { Secrets } from '../webhook/secrets.ts';
import { Settings } from '../webhook/settings.ts';
import { StateOf } from '../webhook/state-of.ts';

/** All of a webhook: how it goes with it, what it is, and what can be done with it. */
export function WebhookPage({ id }: { id: string }): View {
  const live = useLive(id, (signal) =>
    api.value.get('/webhooks/{webhook_id}', { path: { webhook_id: id }, signal }),
  );
  const show = (webhook: Schemas['Webhook']) =>
    html`<${Shown} webhook=${webhook} changed=${() => void live.reload()} />`;
  return html`<section><${Loaded} of=${live} show=${show} /></section>`;
}

function Shown({ webhook, changed }: ActionParts): View {
  const { id, name, url } = webhook;
  return html`<div>
    <div class="head">
      <div>
        <h1>${name} <${StateOf} webhook=${webhook} /></h1>
        <${LinkTo} url=${url} />
      </div>
      <${Actions} webhook=${webhook} changed=${changed} />
    </div>
    <div class="pair uneven">
      <div>
        <${Health} webhook=${webhook} />
        ${webhook.health.held > 0 && html`<${Held} webhookId=${id} />`}
        ${webhook.ordering_on_failure === 'block' && html`<${BlockedKeys} webhookId=${id} />`}
      </div>
      <${LatestDeliveries} webhookId=${id} />
    </div>
    <${Charts} webhookId=${id} />
    <div class="pair">
      <${Settings} webhook=${webhook} />
      <${Secrets} webhook=${webhook} />
    </div>
  </div>`;
}
