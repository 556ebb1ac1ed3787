import { useSignal } from '@preact/signals';
import { WebhookField } from '../filter/webhook-field.ts';
import { html, type View } from '../html.ts';
import { goTo } from '../route.ts';
import { api } from '../session.ts';
import { useIdempotencyKey } from './idempotency-key.ts';
import { SendForm, type Sent } from './send-form.ts';

type PostDeliveryProps = { webhookId?: string | undefined; onClose: () => void };

/** Posts a delivery by hand. */
export function PostDelivery({ webhookId, onClose }: PostDeliveryProps): View {
  const chosen = useSignal(webhookId);
  const header = { 'Idempotency-Key': useIdempotencyKey() };
  const send = async (sent: Sent) => {
    if (chosen.value === undefined) throw new Error('Choose a webhook of those that are offered.');
    const body = { webhook_id: chosen.value, ...sent };
    const delivery = await api.peek().post('/deliveries', { body, header });
    goTo(['deliveries', delivery.id]);
    return 'The delivery is stored, and will be sent.';
  };
  return html`<${SendForm} title="Post a delivery" verb="Post it" send=${send} onClose=${onClose}>
    <${WebhookField}
      value=${chosen.value}
      onChange=${(id: string | undefined) => (chosen.value = id)}
      required
    />
  <//>`;
}
