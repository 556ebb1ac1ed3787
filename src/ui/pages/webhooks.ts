import { useSignal } from '@preact/signals';
import { html, type View } from '../html.ts';
import { hrefTo, route } from '../route.ts';
import { FilterBar, filterOf, type WebhookFilter } from '../webhook-list/filter.ts';
import { Rows } from '../webhook-list/rows.ts';

/** All webhooks by name, or those that a filter in the address leaves. */
export function Webhooks(): View {
  const filter = filterOf(route.value);
  return html`<section>
    <div class="head">
      <h1 id="webhooks">Webhooks</h1>
      <p class="actions"><a role="button" href=${hrefTo(['webhooks', 'new'])}>New webhook</a></p>
    </div>
    <${FilterBar} ...${route.value} />
    <${Table} key=${JSON.stringify(filter)} filter=${filter} />
  </section>`;
}

function Table({ filter }: { filter: WebhookFilter }): View {
  const pages = useSignal(1);
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="webhooks">
    <table class="webhooks">
      <caption>
        Webhooks by name
      </caption>
      <thead>
        <tr>
          <th scope="col">Webhook</th>
          <th scope="col">State</th>
          <th scope="col" class="wide-only">Events</th>
          <th scope="col" class="number">Held</th>
        </tr>
      </thead>
      <${Rows} filter=${filter} pages=${pages.value} more=${() => (pages.value += 1)} />
    </table>
  </div>`;
}
