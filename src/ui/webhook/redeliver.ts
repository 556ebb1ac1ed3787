import { useSignal, type Signal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { count, several, span } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { Dialog } from '../parts/dialog.ts';
import { DialogFooter } from '../parts/dialog-footer.ts';
import { fieldsOf } from '../parts/form-fields.ts';
import { localTime } from '../parts/moment.ts';
import { useTask } from '../parts/task.ts';
import { api } from '../session.ts';
import type { ActionParts } from './action-parts.ts';
import { Progress } from './progress.ts';

type Input = Schemas['RedeliveryInput'];
type Counted = { input: Input; count: Schemas['RedeliveryCount'] };

/**
 * Sends deliveries of a webhook again that have ended: it counts first, then asks, then shows how
 * far it is.
 */
export function Redeliver({ webhook, onClose }: ActionParts & { onClose: () => void }): View {
  const begun = useSignal<string | undefined>(undefined);
  return html`<${Dialog} title=${`Redeliver deliveries of ${webhook.name}`} onClose=${onClose}>
    ${
      begun.value === undefined
        ? html`<${Choosing} webhookId=${webhook.id} begun=${begun} onClose=${onClose} />`
        : html`<div>
            <${Progress} id=${begun.value} />
            <footer><button type="button" onClick=${onClose}>Close</button></footer>
          </div>`
    }
  <//>`;
}

type ChoosingParts = {
  webhookId: string;
  /** The id of the operation that does it. */
  begun: Signal<string | undefined>;
  onClose: () => void;
};

function Choosing({ webhookId, begun, onClose }: ChoosingParts): View {
  const task = useTask();
  const counted = useSignal<Counted | undefined>(undefined);

  function look(event: SubmitEvent): void {
    event.preventDefault();
    const input = inputOf(webhookId, fieldsOf(event));
    void task.run(async () => {
      const body = { ...input, dry_run: true };
      const answer = await api.value.post('/redeliveries', { body });
      if ('matching' in answer) counted.value = { input, count: answer };
    });
  }

  function begin({ input }: Counted): void {
    void task.run(async () => {
      const answer = await api.value.post('/redeliveries', { body: input });
      if ('kind' in answer) begun.value = answer.id;
    });
  }

  const { value: found } = counted;
  const next =
    found === undefined || found.count.matching === 0
      ? undefined
      : html`<button type="button" disabled=${task.isWorking.value} onClick=${() => begin(found)}>
          Redeliver ${manyWords(found.count)}
        </button>`;
  return html`<form onSubmit=${look} onInput=${() => (counted.value = undefined)}>
    <${Which} />
    <div aria-live="polite">${found && html`<p>${countWords(found)}</p>`}</div>
    <${DialogFooter}
      verb=${next === undefined ? 'Count them' : 'Count again'}
      task=${task}
      onClose=${onClose}
      next=${next}
    />
  </form>`;
}

/** Which deliveries, and how fast. */
function Which(): View {
  return html`<div>
    <label>
      Which
      <select name="which">
        <option value="">all that failed</option>
        <option value="attempts">those whose attempts all failed</option>
        <option value="expired">those that expired</option>
        <option value="succeeded">those that succeeded, once more</option>
      </select>
    </label>
    <div class="pair">
      <label>Created from <input type="datetime-local" name="from" /></label>
      <label>Created before <input type="datetime-local" name="to" /></label>
    </div>
    <label>
      How many a second, at most
      <input type="number" name="rate" min="1" max="1000" value="50" required />
    </label>
  </div>`;
}

function inputOf(webhook_id: string, fields: Record<string, string>): Input {
  const { which = '', from = '', to = '', rate } = fields;
  const filter: Schemas['RedeliveryFilter'] = { webhook_id };
  if (which === 'succeeded') filter.status = 'succeeded';
  if (which === 'attempts' || which === 'expired') filter.failed_reason = which;
  if (from !== '') filter['created_at.gte'] = new Date(from).toISOString();
  if (to !== '') filter['created_at.lt'] = new Date(to).toISOString();
  return { filter, dry_run: false, rate_per_second: Number(rate) };
}

const manyWords = ({ matching, at_least }: Schemas['RedeliveryCount']) =>
  at_least ? `${count(matching)} or more` : count(matching);

function countWords({ input, count: found }: Counted): string {
  const { matching, oldest, newest } = found;
  if (matching === 0) return 'No delivery is like that.';
  const when =
    oldest === null || newest === null
      ? ''
      : `, created ${localTime(oldest)} to ${localTime(newest)}`;
  const seconds = Math.ceil(matching / input.rate_per_second);
  return `${manyWords(found)} ${matching === 1 ? 'delivery' : 'deliveries'}${when}. They become pending within ${span(seconds * 1000)}, and each has all its attempts again: ${several(matching, 'request')} or more.`;
}
