import type { Schemas } from '../../client/api.ts';
import { webhookWord, type WebhookWord } from '../../client/explaining/states.ts';
import { html, type View } from '../html.ts';
import { State, type Tone } from '../parts/state.ts';

const TONES: Record<WebhookWord, Tone> = {
  healthy: 'well',
  recovering: 'warn',
  failing: 'bad',
  paused: 'calm',
  inactive: 'calm',
};

/** The state of a webhook in a word. That Postmand itself made it inactive is a fault. */
export function StateOf({ webhook }: { webhook: Schemas['Webhook'] }): View {
  const word = webhookWord(webhook);
  if (word === 'inactive' && webhook.deactivated_reason !== null)
    return html`<${State} tone="bad" words="deactivated" />`;
  return html`<${State} tone=${TONES[word]} words=${word} />`;
}
