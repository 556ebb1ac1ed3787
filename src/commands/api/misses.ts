import type { ApiClient, Schemas } from '../../client/api.ts';
import { isYounger, leftOut } from '../../client/left-out.ts';
import { ApiProblem } from '../../client/problem.ts';
import type { Output } from './output.ts';

type Event = Schemas['Event'];
type Webhook = Schemas['Webhook'];

/** Of so many webhooks it is said why. */
const SHOWN = 10;
/** So much of a filter is shown, in characters. */
const FILTER = 300;

/**
 * Names the webhooks that want the type of an event and do not get it, and says why of each. They
 * are judged as they are now.
 */
export async function tellMisses(event: Event, api: ApiClient, out: Output): Promise<void> {
  const { type, deliveries: made } = event;
  const found = await leftOut(api, event);
  if (found === undefined) {
    out.note('For whom it is not was not looked at: it is for too many webhooks, or too long.');
    return;
  }
  const { webhooks, more, isWhole } = found;
  if (webhooks.length === 0) {
    if (made !== 0) return;
    const words = `No webhook has a pattern in its \`event_types\` that matches ${type}.`;
    return out.tell(words, { first: '→ ', rest: '  ' });
  }
  out.tell(
    `Webhooks with a pattern in \`event_types\` that matches ${type}${made === 0 ? '' : ', and without a delivery of it'}:`,
  );
  for (const webhook of webhooks.slice(0, SHOWN)) {
    const why = await reasonOf(webhook, { event, isWhole }, api);
    out.tell(`${webhook.name} (${webhook.id}): ${why}.`, { first: '  ', rest: '    ' });
  }
  if (!isWhole) out.note('Not all of its deliveries are known: some are gone, or not made yet.');
  if (more || webhooks.length > SHOWN)
    out.note(`There may be more such webhooks. ${SHOWN} at most are shown.`);
}

async function reasonOf(
  webhook: Webhook,
  { event, isWhole }: { event: Event; isWhole: boolean },
  api: ApiClient,
): Promise<string> {
  if (isYounger(webhook, event)) return 'it was created after this event';
  if (event.payload_removed_at !== null)
    return 'whether its `filter` matched is not known, as the payload of the event is removed';
  const { type, payload, metadata } = event;
  const path = { webhook_id: webhook.id };
  try {
    const { mismatch } = await api.post('/webhooks/{webhook_id}/preview', {
      ...{ path, body: { type, payload, metadata } },
    });
    if (mismatch === 'filter') return filterWords(webhook);
    if (mismatch !== null) return REASONS[mismatch];
    return `it would get such an event now${isWhole ? ', so it was changed after this one' : ''}`;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code === 0) throw error;
    return `whether it would get it is not known (${error.message})`;
  }
}

/** With the filter itself: beside the payload it says which part of it does not match. */
function filterWords({ filter }: Webhook): string {
  const text = JSON.stringify(filter);
  const shown = text.length > FILTER ? `${text.slice(0, FILTER)}…` : text;
  return `its \`filter\` does not match payload and metadata, or cannot say: ${shown}`;
}

type Mismatch = NonNullable<Schemas['WebhookPreview']['mismatch']>;

const REASONS: Record<Exclude<Mismatch, 'filter'>, string> = {
  event_types: 'none of its `event_types` matches by now',
  not_subscribed: 'its `event_types` are null by now',
  unreadable: 'its `event_types` or its `filter` cannot be read',
};
