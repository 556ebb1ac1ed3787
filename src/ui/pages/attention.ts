import type { Schemas } from '../../client/api.ts';
import { Figures } from '../attention/figures.ts';
import { Item } from '../attention/item.ts';
import { html, type View } from '../html.ts';
import { useLive } from '../live.ts';
import { Loaded } from '../parts/loaded.ts';
import { State } from '../parts/state.ts';
import { api } from '../session.ts';

const SHOWN = 100;

/** What is wrong now, the most wrong first, each with what can be done about it. */
export function Attention(): View {
  const live = useLive('attention', (signal) =>
    api.value.get('/attention', { query: { limit: SHOWN }, signal }),
  );
  const show = (attention: Schemas['Attention']) =>
    html`<${Shown} attention=${attention} changed=${() => void live.reload()} />`;
  return html`<section>
    <h1>What needs attention</h1>
    <${Loaded} of=${live} show=${show} />
  </section>`;
}

type ShownParts = { attention: Schemas['Attention']; changed: () => void };

function Shown({ attention, changed }: ShownParts): View {
  const { items, more, figures, oldest_due_at } = attention;
  return html`<div>
    ${
      items.length === 0
        ? html`<article class="all-well">
            <p><${State} tone="well" words="All is well" /></p>
            <p>No webhook fails, nothing is stuck, and nothing is late.</p>
          </article>`
        : html`<ol class="plain-list" aria-label="What is wrong, the most wrong first">
            ${items.map(
              (item) => html`<${Item} key=${keyOf(item)} item=${item} changed=${changed} />`,
            )}
          </ol>`
    }
    ${more && html`<p class="muted">There is more, and less wrong than this.</p>`}
    <${Figures} figures=${figures} oldestDueAt=${oldest_due_at} />
  </div>`;
}

/** The same trouble stays the same item, whatever it says of itself by now. */
const keyOf = (item: Schemas['AttentionItem']) =>
  [item.kind, item.webhook_id, item.operation_id, item.event_type].join(' ');
