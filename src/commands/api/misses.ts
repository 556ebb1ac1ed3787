import type { ApiClient, Schemas } from '../../client/api.ts';
import { ApiProblem } from '../../client/problem.ts';
import type { Output } from './output.ts';

type Event = Schemas['Event'];
type Webhook = Schemas['Webhook'];

/** So many webhooks are looked at. */
const LOOKED_AT = 10;

/**
 * Of an event that nobody gets: names the webhooks that want its type, and says why each would not
 * get it. They are judged as they are now.
 */
export async function tellMisses(event: Event, api: ApiClient, out: Output): Promise<void> {
  const { type } = event;
  const query = { event_type: type, limit: LOOKED_AT };
  const { webhooks, next_cursor: more } = await api.get('/webhooks', { query });
  if (webhooks.length === 0) {
    const words = `No webhook has a pattern in its \`event_types\` that matches ${type}.`;
    return out.tell(words, { first: '→ ', rest: '  ' });
  }
  out.tell(`Webhooks with a pattern in \`event_types\` that matches ${type}:`);
  for (const webhook of webhooks) {
    const why = await reasonOf(webhook, event, api);
    out.tell(`${webhook.name} (${webhook.id}): ${why}.`, { first: '  ', rest: '    ' });
  }
  if (more !== null) out.note(`There are more such webhooks. The first ${LOOKED_AT} are shown.`);
}

async function reasonOf({ id }: Webhook, event: Event, api: ApiClient): Promise<string> {
  if (event.payload_removed_at !== null)
    return 'whether its `filter` matched is not known, as the payload of the event is removed';
  const { type, payload, metadata } = event;
  const path = { webhook_id: id };
  try {
    const { mismatch } = await api.post('/webhooks/{webhook_id}/preview', {
      ...{ path, body: { type, payload, metadata } },
    });
    return REASONS[mismatch ?? 'none'];
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code === 0) throw error;
    return `whether it would get it is not known (${error.message})`;
  }
}

const REASONS: Record<NonNullable<Schemas['WebhookPreview']['mismatch']> | 'none', string> = {
  filter: 'its `filter` does not match payload and metadata',
  event_types: 'none of its `event_types` matches by now',
  not_subscribed: 'its `event_types` are null by now',
  unreadable: 'its `event_types` or its `filter` cannot be read',
  none: 'it would get such an event now, so it was created or changed after this one',
};
