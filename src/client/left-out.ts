import type { ApiClient, Schemas } from './api.ts';

type Event = Schemas['Event'];
type Webhook = Schemas['Webhook'];

/** So many webhooks, and so many deliveries of an event, are looked at. */
const LOOKED_AT = 100;
/** Each delivery is read with its payload: so many characters of all of them are read. */
const READ = 4 * 1024 * 1024;

/** Webhooks that want the type of an event and have no delivery of it. */
export type LeftOut = {
  webhooks: Webhook[];
  /** More webhooks want the type than were looked at. */
  more: boolean;
  /**
   * Every delivery that was made of it is known. Otherwise some are kept no longer, or yet to be
   * made.
   */
  isWhole: boolean;
};

/**
 * Which webhooks an event was not for, though they subscribe to its type now. Undefined: it is for
 * so many, or so long, that they are not compared.
 */
export async function leftOut(
  api: ApiClient,
  event: Event,
  signal?: AbortSignal,
): Promise<LeftOut | undefined> {
  const { id, type, payload, operation_id } = event;
  const made = event.deliveries ?? 0;
  if (made > LOOKED_AT || made * payload.length > READ) return undefined;
  const asked = signal === undefined ? {} : { signal };
  const page = { limit: LOOKED_AT };
  const answer = await api.get('/deliveries', { query: { event_id: id, ...page }, ...asked });
  const got = new Set(answer.deliveries.map(({ webhook_id }) => webhook_id));
  const list = await api.get('/webhooks', { query: { event_type: type, ...page }, ...asked });
  return {
    webhooks: list.webhooks.filter((webhook) => !got.has(webhook.id)),
    more: list.next_cursor !== null,
    isWhole: operation_id === null && answer.deliveries.length === made,
  };
}

/** Then its subscription of today says nothing of the event. */
export const isYounger = (webhook: Webhook, event: Event): boolean =>
  Date.parse(webhook.created_at) > Date.parse(event.created_at);
