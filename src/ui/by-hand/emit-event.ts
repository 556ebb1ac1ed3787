import { useSignal } from '@preact/signals';
import { several } from '../../client/explaining/time-words.ts';
import { TypeField } from '../filter/event-bar.ts';
import { html, type View } from '../html.ts';
import { goTo } from '../route.ts';
import { api } from '../session.ts';
import { useIdempotencyKey } from './idempotency-key.ts';
import { SendForm, type Sent } from './send-form.ts';

type EmitEventProps = { type?: string; onClose: () => void };

/** Emits an event by hand. */
export function EmitEvent({ type = '', onClose }: EmitEventProps): View {
  const chosen = useSignal(type);
  const header = { 'Idempotency-Key': useIdempotencyKey() };
  const send = async (sent: Sent) => {
    const body = { type: chosen.value, ...sent };
    const event = await api.peek().post('/events', { body, header });
    goTo(['events', event.id]);
    return `The event is stored. It goes to ${several(event.deliveries ?? 0, 'webhook')}.`;
  };
  return html`<${SendForm} title="Emit an event" verb="Emit it" send=${send} onClose=${onClose}>
    <${TypeField}
      value=${chosen.value}
      onChange=${(given = '') => (chosen.value = given)}
      required
    />
  <//>`;
}
