import type { Schemas } from '../../client/api.ts';
import { isYounger, type LeftOut } from '../../client/left-out.ts';
import { html, type View } from '../html.ts';
import { wordsOf } from '../notices.ts';
import { useOnce } from '../once.ts';
import { State } from '../parts/state.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';
import { MISMATCHES } from '../webhook/mismatch.ts';

type EventParts = { event: Schemas['Event'] };

/** Of so many it is said why. */
const SHOWN = 10;

/** Webhooks that have no delivery of an event, and whether each would get it now. */
export function Subscribers({ event, of }: EventParts & { of: LeftOut }): View {
  const { webhooks, more, isWhole } = of;
  const isKept = event.payload_removed_at === null;
  return html`<div>
    ${
      !isKept &&
      html`<p>The payload was removed, so whether their filters match cannot be said.</p>`
    }
    <ul>
      ${webhooks.slice(0, SHOWN).map(
        (webhook) =>
          html`<li key=${webhook.id}>
            <a href=${hrefTo(['webhooks', webhook.id])}>${webhook.name}</a>${' '}
            <${WhyNot} ...${{ event, webhook, isWhole }} />
          </li>`,
      )}
    </ul>
    ${
      (more || webhooks.length > SHOWN) &&
      html`<p class="muted">There may be more. ${SHOWN} at most are shown.</p>`
    }
  </div>`;
}

function WhyNot(parts: VerdictParts): View {
  const { event, webhook } = parts;
  if (isYounger(webhook, event)) return html`<span>was created after the event.</span>`;
  return event.payload_removed_at === null ? html`<${Verdict} ...${parts} />` : null;
}

type VerdictParts = EventParts & { webhook: Schemas['Webhook']; isWhole: boolean };

/** Whether a webhook would get the event, were it emitted now. */
function Verdict({ event, webhook, isWhole }: VerdictParts): View {
  const { type, payload, ordering_key, metadata } = event;
  const { value, error } = useOnce((signal) =>
    api.peek().post('/webhooks/{webhook_id}/preview', {
      path: { webhook_id: webhook.id },
      body: { type, payload, ordering_key, metadata },
      signal,
    }),
  );
  if (error.value !== undefined) return html`<span class="fault">${wordsOf(error.value)}</span>`;
  if (value.value === undefined) return html`<span aria-busy="true">Reading …</span>`;
  const { mismatch } = value.value;
  if (mismatch === null)
    return html`<span>
      <${State} tone="well" words="would get it now" />
      ${isWhole && ' It was changed after the event.'}
    </span>`;
  return html`<span>
    <${State} tone="warn" words="would not get it now" />${` ${MISMATCHES[mismatch]}`}
    ${mismatch === 'filter' && html`<code class="wrap">${JSON.stringify(webhook.filter)}</code>`}
  </span>`;
}
