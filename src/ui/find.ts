import type { ApiClient } from '../client/api.ts';
import { hrefTo } from './route.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The place of what somebody looks for: an id has a page of its own, and any other text may be in
 * names of webhooks; where it is in one name only, the place is that webhook.
 * @throws ApiProblem where nothing has this id
 */
export async function placeOf(api: ApiClient, text: string): Promise<string> {
  if (!UUID.test(text)) {
    const { webhooks } = await api.get('/webhooks', { query: { name: text, limit: 2 } });
    const [one, another] = webhooks;
    return one !== undefined && another === undefined
      ? hrefTo(['webhooks', one.id])
      : hrefTo(['webhooks'], { name: text });
  }
  const { kind, id } = await api.get('/lookup/{id}', { path: { id: text } });
  switch (kind) {
    case 'webhook':
      return hrefTo(['webhooks', id]);
    case 'delivery':
      return hrefTo(['deliveries', id]);
    case 'event':
      return hrefTo(['events', id]);
    case 'operation':
      return hrefTo(['operations', id]);
    case 'attempt':
      return hrefTo(['deliveries', await deliveryOf(api, id)]);
  }
}

/** An attempt is shown with its delivery. */
async function deliveryOf(api: ApiClient, delivery_attempt_id: string): Promise<string> {
  const { delivery_id } = await api.get('/delivery-attempts/{delivery_attempt_id}', {
    path: { delivery_attempt_id },
  });
  return delivery_id;
}
