import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Loaded } from '../parts/loaded.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';
import type { Schemas } from '../../client/api.ts';

/** All webhooks, by name. */
export function Webhooks(): View {
  const live = useLive('webhooks', (signal) => api.value.get('/webhooks', { signal }));
  const show = ({ webhooks }: Schemas['WebhookList']) =>
    html`<ul>
      ${webhooks.map(
        ({ id, name }) => html`<li key=${id}><a href=${hrefTo(['webhooks', id])}>${name}</a></li>`,
      )}
    </ul>`;
  return html`<section>
    <h1>Webhooks</h1>
    <${Loaded} of=${live} show=${show} />
  </section>`;
}
