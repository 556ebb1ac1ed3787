import type { Schemas } from '../../client/api.ts';
import { count } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { hrefTo } from '../route.ts';
import { subscribes } from '../webhook/event-words.ts';
import { StateOf } from '../webhook/state-of.ts';

type Webhook = Schemas['Webhook'];

/** The API counts no further. */
const MOST_HELD = 1000;
const PATTERNS_SHOWN = 3;

/** A webhook in one line of a table. */
export function Row({ webhook }: { webhook: Webhook }): View {
  const { id, name, url, event_types, health } = webhook;
  return html`<tr>
    <th scope="row" class="wrap">
      <a href=${hrefTo(['webhooks', id])}>${name}</a>
      <div class="muted url">${url}</div>
    </th>
    <td><${StateOf} webhook=${webhook} /></td>
    <td class="wide-only wrap">${subscriptionWords(event_types)}</td>
    <td class="number">${heldWords(health)}</td>
  </tr>`;
}

function subscriptionWords(types: string[] | null): string {
  if (!subscribes(types)) return '–';
  const shown = types.slice(0, PATTERNS_SHOWN).join(', ');
  const rest = types.length - PATTERNS_SHOWN;
  return rest > 0 ? `${shown} and ${count(rest)} more` : shown;
}

const heldWords = ({ held }: Webhook['health']) =>
  held >= MOST_HELD ? `${count(MOST_HELD)}+` : count(held);
