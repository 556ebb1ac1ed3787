import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { several } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { doing } from '../notices.ts';
import { Confirm } from '../parts/confirm.ts';
import { goTo } from '../route.ts';
import { api } from '../session.ts';

type DeedProps = { delivery: Schemas['Delivery']; reload: () => Promise<void> };

/** Sends a delivery again that has ended; asks first where it has arrived already. */
export function Redeliver({ delivery, reload }: DeedProps): View {
  const isAsked = useSignal(false);
  const redeliver = async () => {
    const path = { delivery_id: delivery.id };
    await api.peek().post('/deliveries/{delivery_id}/redeliver', { path });
    await reload();
    return 'It is pending again, and will be sent.';
  };
  const begin = () => {
    if (delivery.status === 'succeeded') isAsked.value = true;
    else void doing(redeliver);
  };
  return html`<div>
    <button type="button" onClick=${begin}>Redeliver</button>
    ${
      isAsked.value &&
      html`<${Confirm}
        title="Send it again?"
        verb="Send it again"
        work=${redeliver}
        onClose=${() => (isAsked.value = false)}
      >
        <p>It has arrived already. The receiver gets it once more, with the same id.</p>
      <//>`
    }
  </div>`;
}

/** Whether it has arrived, and the API would redeliver it. What failed has its advice. */
export const canSendAgain = ({ status, test, payload_removed_at }: Schemas['Delivery']) =>
  status === 'succeeded' && !test && payload_removed_at === null;

const UNDER_WAY =
  'It is not sent any more; an attempt that is under way may still reach the receiver.';

/** Deletes a delivery; while it is pending, that cancels it. */
export function Cancel({ delivery }: { delivery: Schemas['Delivery'] }): View {
  const isAsked = useSignal(false);
  const isPending = delivery.status === 'pending';
  const verb = isPending ? 'Cancel' : 'Delete';
  const cancel = async () => {
    await api.peek().delete('/deliveries/{delivery_id}', { path: { delivery_id: delivery.id } });
    goTo(['deliveries'], { webhook_id: delivery.webhook_id });
    return isPending ? 'The delivery is cancelled.' : 'The delivery is deleted.';
  };
  return html`<div>
    <button type="button" class="danger" onClick=${() => (isAsked.value = true)}>${verb}</button>
    ${
      isAsked.value &&
      html`<${Confirm}
        title=${`${verb} this delivery?`}
        verb=${`${verb} it`}
        danger
        work=${cancel}
        onClose=${() => (isAsked.value = false)}
      >
        <p>
          ${`One delivery is deleted for good, with its ${several(delivery.delivery_attempts, 'attempt')}.${isPending ? ` ${UNDER_WAY}` : ''}`}
        </p>
      <//>`
    }
  </div>`;
}
