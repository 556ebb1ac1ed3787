import type { ApiClient } from '../client/api.ts';
import { hrefTo } from './route.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The place of what somebody looks for: an id has a page of its own, and any other text may be in
 * names of webhooks. @throws ApiProblem where nothing has this id
 */
export async function placeOf(api: ApiClient, text: string): Promise<string> {
  if (!UUID.test(text)) return hrefTo(['webhooks'], { name: text });
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
