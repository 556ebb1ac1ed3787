import { useSignal } from '@preact/signals';
import type { Schemas } from '../../client/api.ts';
import { count, several, span } from '../../client/explaining/time-words.ts';
import { html, type View } from '../html.ts';
import { useOnce } from '../once.ts';
import { Confirm } from '../parts/confirm.ts';
import { Dialog } from '../parts/dialog.ts';
import { Loaded } from '../parts/loaded.ts';
import { localTime } from '../parts/moment.ts';
import { goTo } from '../route.ts';
import { api } from '../session.ts';
import { MOST_IDS, type BulkRedelivery } from './bulk.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import { idsOf } from './ids-of.ts';

type Redeliverable = Exclude<BulkRedelivery, { by: 'nothing' }>;
type Count = Schemas['RedeliveryCount'];
type Found = { filter: Schemas['RedeliveryFilter']; found: Count; isCut: boolean };

type RedeliverAllProps = { filter: DeliveryFilter; by: Redeliverable; onClose: () => void };

/** Says how many deliveries would be sent again, and does it where that is wanted. */
export function RedeliverAll({ filter, by, onClose }: RedeliverAllProps): View {
  const once = useOnce((signal) => find(filter, by, signal));
  const title = 'Redeliver all that match';
  if (once.value.value === undefined)
    return html`<${Dialog} title=${title} onClose=${onClose}>
      <${Loaded} of=${once} show=${() => null} />
    <//>`;
  return html`<${Found} ...${once.value.value} title=${title} onClose=${onClose} />`;
}

type FoundProps = Found & { title: string; onClose: () => void };

function Found({ filter, found, isCut, title, onClose }: FoundProps): View {
  const rate = useSignal(50);
  if (found.matching === 0)
    return html`<${Dialog} title=${title} onClose=${onClose}>
      <p>None of those that match has failed, or can be sent again.</p>
    <//>`;
  const redeliver = async () => {
    const body = { filter, dry_run: false, rate_per_second: rate.value };
    const operation = await api.peek().post('/redeliveries', { body });
    if ('id' in operation) goTo(['operations', operation.id]);
    return 'The redelivery has begun.';
  };
  const change = (event: InputEvent) => {
    rate.value = Number((event.target as HTMLInputElement).value);
  };
  return html`<${Confirm} title=${title} verb="Redeliver them" work=${redeliver} onClose=${onClose}>
    <p><strong>${countWords(found)}</strong></p>
    ${isCut && html`<p>${CUT}</p>`}
    <label>
      At most so many a second
      <input type="number" min="1" max="1000" required value=${rate.value} onInput=${change} />
      <small>${durationWords(found, rate.value)}</small>
    </label>
  <//>`;
}

const CUT = `More match than the ${count(MOST_IDS)} that can be redelivered at once by such a filter. These are the newest ones.`;

function countWords({ matching, at_least, by_webhook, oldest, newest }: Count): string {
  const more = at_least ? ' or more' : '';
  const webhooks =
    by_webhook.length < 20 ? several(by_webhook.length, 'webhook') : '20 or more webhooks';
  const times =
    oldest === null || newest === null
      ? ''
      : `, created between ${localTime(oldest)} and ${localTime(newest)}`;
  const noun = matching === 1 && !at_least ? 'delivery' : 'deliveries';
  return `${count(matching)}${more} ${noun} of ${webhooks}${times}.`;
}

function durationWords({ matching }: Count, rate: number): string {
  if (!(rate >= 1)) return 'New deliveries go first.';
  return `It takes about ${span(Math.max(1, matching / rate) * 1000)}. New deliveries go first.`;
}

async function find(
  filter: DeliveryFilter,
  by: Redeliverable,
  signal: AbortSignal,
): Promise<Found> {
  const ended = { ...filter, status: filter.status ?? 'failed' };
  const ids = by.by === 'ids' ? await idsOf(ended, MOST_IDS, signal) : undefined;
  const chosen = by.by === 'filter' ? by.filter : { ids: ids?.ids ?? [] };
  if (ids?.ids.length === 0) return { filter: chosen, found: NONE, isCut: false };
  const body = { filter: chosen, dry_run: true, rate_per_second: 1 };
  const found = await api.peek().post('/redeliveries', { body, signal });
  if (!('matching' in found)) throw new Error('the answer is not a count');
  return { filter: chosen, found, isCut: ids?.isCut ?? false };
}

const NONE: Count = { matching: 0, at_least: false, oldest: null, newest: null, by_webhook: [] };
