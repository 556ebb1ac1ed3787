import type { Schemas } from '../../client/api.ts';
import { webhookStanding } from '../../client/explaining/states.ts';
import { html, type View } from '../html.ts';
import { State } from '../parts/state.ts';

/** The state of a webhook in a few words. */
export function StateOf({ webhook }: { webhook: Schemas['Webhook'] }): View {
  return html`<${State} ...${webhookStanding(webhook)} />`;
}
