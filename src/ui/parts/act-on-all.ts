import { useSignal } from '@preact/signals';
import { count as grouped } from '../../client/explaining/time-words.ts';
import { erasureOf, redeliveryOf } from '../filter/bulk.ts';
import { asked, type DeliveryFilter } from '../filter/delivery-filter.ts';
import { EraseAll } from '../filter/erase-all.ts';
import { RedeliverAll } from '../filter/redeliver-all.ts';
import { html, type View } from '../html.ts';
import { api } from '../session.ts';
import { Fault, useTask } from './task.ts';

/** What can be done with all deliveries that match, or why it cannot. */
export function ActOnAll({ filter }: { filter: DeliveryFilter }): View {
  const chosen = useSignal<'redeliver' | 'erase' | undefined>(undefined);
  const redelivery = redeliveryOf(filter);
  const erasure = erasureOf(filter);
  const close = () => (chosen.value = undefined);
  return html`<div class="act">
    <div class="actions">
      <${Count} filter=${filter} />
      <button
        type="button"
        class="secondary outline"
        disabled=${redelivery.by === 'nothing'}
        onClick=${() => (chosen.value = 'redeliver')}
      >
        Redeliver all that match …
      </button>
      <button
        type="button"
        class="danger"
        disabled=${'why' in erasure}
        onClick=${() => (chosen.value = 'erase')}
      >
        Erase all that match …
      </button>
    </div>
    ${redelivery.by === 'nothing' && html`<small>${redelivery.why}</small>`}
    ${'why' in erasure && html`<small>${erasure.why}</small>`}
    ${
      chosen.value === 'redeliver' &&
      redelivery.by !== 'nothing' &&
      html`<${RedeliverAll} filter=${filter} by=${redelivery} onClose=${close} />`
    }
    ${
      chosen.value === 'erase' &&
      'metadata' in erasure &&
      html`<${EraseAll} metadata=${erasure.metadata} onClose=${close} />`
    }
  </div>`;
}

/** How many match: counted when the reader asks, as that may take a moment. */
function Count({ filter }: { filter: DeliveryFilter }): View {
  const found = useSignal<string | undefined>(undefined);
  const task = useTask();
  const count = () =>
    task.run(async () => {
      const query = asked(filter);
      const { count: matching, at_least } = await api.peek().get('/deliveries/count', { query });
      found.value = `${grouped(matching)}${at_least ? '+' : ''} match`;
    });
  return html`<div class="count">
    <button
      type="button"
      class="secondary outline"
      aria-busy=${task.isWorking.value}
      onClick=${count}
    >
      Count
    </button>
    <output>${found.value}</output>
    <${Fault} of=${task} />
  </div>`;
}
