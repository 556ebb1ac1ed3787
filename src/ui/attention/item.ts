import type { Schemas } from '../../client/api.ts';
import type { Tone } from '../../client/explaining/states.ts';
import { distance } from '../../client/explaining/time-words.ts';
import { useNow } from '../clock.ts';
import { html, type View } from '../html.ts';
import { Moment } from '../parts/moment.ts';
import { State } from '../parts/state.ts';
import { hrefTo } from '../route.ts';
import { Remedies } from './remedies.ts';

type AttentionItem = Schemas['AttentionItem'];

export type ItemParts = { item: AttentionItem; changed: () => void };

const TONES: Record<AttentionItem['severity'], Tone> = {
  critical: 'bad',
  warning: 'warn',
  notice: 'calm',
};

const TITLES: Record<AttentionItem['kind'], string> = {
  no_worker: 'No worker runs',
  failing: 'is failing',
  deactivated: 'was deactivated',
  paused: 'is paused',
  blocked: 'has blocked ordering keys',
  behind: 'is behind',
  not_taken_in: 'The outbox waits',
  operation_failed: 'An operation has failed',
  event_faulty: 'Events go to nobody',
};

/** Something that is wrong: what, since when, and what can be done about it. */
export function Item({ item, changed }: ItemParts): View {
  const { severity, message, since } = item;
  return html`<li>
    <article class=${`trouble ${TONES[severity]}`}>
      <div class="head">
        <h2><${Title} item=${item} /></h2>
        <${State} tone=${TONES[severity]} words=${severity} />
      </div>
      <p class="wrap">${message}</p>
      <div class="head">
        <div class="muted">${since !== null && html`<${Since} at=${since} />`}</div>
        <${Remedies} item=${item} changed=${changed} />
      </div>
    </article>
  </li>`;
}

/** Its subject is the way to where it can be mended. */
function Title({ item }: { item: AttentionItem }): View {
  const { kind, webhook_id, webhook_name } = item;
  if (webhook_id !== null)
    return html`<span>
      <a href=${hrefTo(['webhooks', webhook_id])}>${webhook_name ?? webhook_id}</a> ${TITLES[kind]}
    </span>`;
  return html`<span>${kind === 'behind' ? 'Sending is behind' : TITLES[kind]}</span>`;
}

function Since({ at }: { at: string }): View {
  return html`<span>
    Since <${Moment} at=${at} />${` (${distance(new Date(at), useNow())})`}
  </span>`;
}
