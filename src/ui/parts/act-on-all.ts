import { useSignal } from '@preact/signals';
import { erasureOf, redeliveryOf } from '../filter/bulk.ts';
import type { DeliveryFilter } from '../filter/delivery-filter.ts';
import { EraseAll } from '../filter/erase-all.ts';
import { RedeliverAll } from '../filter/redeliver-all.ts';
import { html, type View } from '../html.ts';

/** What can be done with all deliveries that match, or why it cannot. */
export function ActOnAll({ filter }: { filter: DeliveryFilter }): View {
  const asked = useSignal<'redeliver' | 'erase' | undefined>(undefined);
  const redelivery = redeliveryOf(filter);
  const erasure = erasureOf(filter);
  const close = () => (asked.value = undefined);
  return html`<div class="act">
    <div class="actions">
      <button
        type="button"
        class="secondary outline"
        disabled=${redelivery.by === 'nothing'}
        onClick=${() => (asked.value = 'redeliver')}
      >
        Redeliver all that match …
      </button>
      <button
        type="button"
        class="danger"
        disabled=${'why' in erasure}
        onClick=${() => (asked.value = 'erase')}
      >
        Erase all that match …
      </button>
    </div>
    ${redelivery.by === 'nothing' && html`<small>${redelivery.why}</small>`}
    ${'why' in erasure && html`<small>${erasure.why}</small>`}
    ${
      asked.value === 'redeliver' &&
      redelivery.by !== 'nothing' &&
      html`<${RedeliverAll} filter=${filter} by=${redelivery} onClose=${close} />`
    }
    ${
      asked.value === 'erase' &&
      'metadata' in erasure &&
      html`<${EraseAll} metadata=${erasure.metadata} onClose=${close} />`
    }
  </div>`;
}
