import { useSignal } from '@preact/signals';
import type { Action, Explanation } from '../../client/explaining/explanation.ts';
import { several } from '../../client/explaining/time-words.ts';
import { explainDelivery } from '../../client/explain.ts';
import { useReader } from '../clock.ts';
import { html, type View } from '../html.ts';
import { Confirm } from '../parts/confirm.ts';
import { hrefTo } from '../route.ts';
import { api } from '../session.ts';
import { activate, resume } from '../webhook/activate.ts';
import type { Read } from './read.ts';
import { Redeliver } from './redeliver.ts';
import { WithLinks } from './with-links.ts';

type ExplainedProps = { read: Read; reload: () => Promise<void> };

/** Why the delivery has arrived, or has not, and what to do about it. */
export function Explained({ read, reload }: ExplainedProps): View {
  const { headline, facts, advice, actions } = explainDelivery(read, useReader());
  const { id, status, held_reason } = read.delivery;
  return html`<section
    class=${`explained ${held_reason === null ? status : 'held'}`}
    aria-label="What became of it"
  >
    <p class="headline"><${WithLinks} text=${headline} own=${id} /></p>
    <${Sentences} sentences=${facts} own=${id} />
    ${
      advice.length > 0 &&
      html`<div class="advice">
        <h2>What to do</h2>
        <${Sentences} sentences=${advice} own=${id} />
      </div>`
    }
    <${Actions} ...${{ actions, read, reload }} />
  </section>`;
}

type SentencesProps = { sentences: Explanation['facts']; own: string };

function Sentences({ sentences, own }: SentencesProps): View {
  return html`<ul>
    ${sentences.map((text) => html`<li><${WithLinks} text=${text} own=${own} /></li>`)}
  </ul>`;
}

type ActionsProps = ExplainedProps & { actions: Action[] };

function Actions({ actions, read, reload }: ActionsProps): View {
  const { delivery, line } = read;
  const { webhook_id: id } = delivery;
  const webhook = { id, name: read.webhook?.name ?? id };
  const changed = () => void reload();
  const views: Record<Action, () => View> = {
    redeliver: () => html`<${Redeliver} delivery=${delivery} reload=${reload} />`,
    resume: () =>
      html`<button type="button" onClick=${() => void resume(webhook, changed)}>
        Resume the webhook
      </button>`,
    activate: () =>
      html`<button type="button" onClick=${() => void activate(id, changed)}>
        Activate the webhook
      </button>`,
    test: () =>
      html`<a role="button" class="outline" href=${hrefTo(['webhooks', id])}>Test the webhook</a>`,
    skip: () => html`<${Skip} ...${{ webhook_id: id, blocked: line?.blocked, reload }} />`,
  };
  if (actions.length === 0) return null;
  return html`<div class="actions">
    ${actions.map((action) => html`<div key=${action}>${views[action]()}</div>`)}
  </div>`;
}

type Blocked = NonNullable<Read['line']>['blocked'];
type SkipProps = { webhook_id: string; blocked: Blocked; reload: () => Promise<void> };

/** Lets an ordering key go on without the delivery that blocks it. */
function Skip({ webhook_id, blocked, reload }: SkipProps): View {
  const isAsked = useSignal(false);
  if (blocked === undefined) return null;
  const { ordering_key, delivery_id, waiting } = blocked;
  const skip = async () => {
    await api.peek().post('/webhooks/{webhook_id}/ordering-keys/{ordering_key}/skip', {
      path: { webhook_id, ordering_key },
    });
    await reload();
    return `The ordering key ${ordering_key} goes on without delivery ${delivery_id}.`;
  };
  return html`<div>
    <button type="button" onClick=${() => (isAsked.value = true)}>Skip what blocks the key</button>
    ${
      isAsked.value &&
      html`<${Confirm}
        title=${`Skip a delivery of ${ordering_key}?`}
        verb="Skip it"
        danger
        work=${skip}
        onClose=${() => (isAsked.value = false)}
      >
        <p>
          ${`The key goes on without delivery ${delivery_id}, which stays failed. ${several(waiting, 'delivery waits', 'deliveries wait')} behind it.`}
        </p>
      <//>`
    }
  </div>`;
}
