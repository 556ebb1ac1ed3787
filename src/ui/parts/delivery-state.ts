import type { Schemas } from '../../client/api.ts';
import { deliveryWords, type Tone } from '../../client/explaining/states.ts';
import { useNow } from '../clock.ts';
import { html, type View } from '../html.ts';
import { State } from './state.ts';

type Delivery = Schemas['Delivery'];

/** Where a delivery stands, in a few words. */
export function DeliveryState({ delivery }: { delivery: Delivery }): View {
  return html`<${State} tone=${toneOf(delivery)} words=${deliveryWords(delivery, useNow())} />`;
}

function toneOf({ status, held_reason }: Delivery): Tone {
  if (status === 'succeeded') return 'well';
  if (status === 'failed') return 'bad';
  return held_reason === null || held_reason === 'scheduled' ? 'calm' : 'warn';
}
