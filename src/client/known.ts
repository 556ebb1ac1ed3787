import type { ApiClient, Schemas } from './api.ts';
import type { Known, Line } from './explaining/explanation.ts';
import { gathered, itemsOf, type PageQuery } from './pages.ts';
import { ApiProblem } from './problem.ts';

type Delivery = Schemas['Delivery'];

/** So many attempts of a delivery are read, the newest ones. */
const ATTEMPTS = 50;
/** So many deliveries of an ordering key are looked at. */
const LINE = 50;

/**
 * Reads what is known of a delivery, so that it can be explained: its webhook, its latest attempts,
 * and what is before it where it waits for others. @throws ApiProblem where there is no delivery
 */
export async function readKnown(
  api: ApiClient,
  delivery_id: string,
  attempts = ATTEMPTS,
): Promise<Known> {
  const delivery = await api.get('/deliveries/{delivery_id}', { path: { delivery_id } });
  const [webhook, latest] = await Promise.all([
    webhookOf(api, delivery),
    gathered(attemptsOf(api, delivery_id, attempts)),
  ]);
  const waits = delivery.held_reason === 'ordered' && webhook !== undefined;
  const line = waits ? await lineOf(api, delivery, webhook) : undefined;
  return { delivery, webhook, attempts: latest, line };
}

/** The latest attempts of a delivery, the newest first. */
const attemptsOf = (api: ApiClient, delivery_id: string, limit: number) =>
  itemsOf(async (page: PageQuery) => {
    const { delivery_attempts, next_cursor } = await api.get('/delivery-attempts', {
      query: { delivery_id, ...page },
    });
    return { items: delivery_attempts, next_cursor };
  }, limit);

async function webhookOf(api: ApiClient, { webhook_id }: Delivery) {
  try {
    return await api.get('/webhooks/{webhook_id}', { path: { webhook_id } });
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}

async function lineOf(
  api: ApiClient,
  { id, webhook_id, ordering_key, sequence, redeliveries, created_at }: Delivery,
  webhook: Schemas['Webhook'],
): Promise<Line> {
  const key = ordering_key ?? '';
  const query = {
    ...{ webhook_id, ordering_key: key, status: 'pending' as const, limit: LINE },
    // What was redelivered is behind younger ones, too.
    ...(redeliveries > 0 ? {} : { 'created_at.lte': created_at }),
  };
  const [{ deliveries, next_cursor }, blocked] = await Promise.all([
    api.get('/deliveries', { query }),
    webhook.ordering_on_failure === 'block' ? blockedOf(api, webhook_id, key) : undefined,
  ]);
  // One that has no sequence yet comes behind all that have.
  const placeOf = (one: Delivery) => one.sequence ?? Infinity;
  const before = deliveries
    .filter((one) => one.id !== id && placeOf(one) < (sequence ?? Infinity))
    .toSorted((one, other) => placeOf(one) - placeOf(other));
  return { first: before[0], ahead: before.length, more: next_cursor !== null, blocked };
}

/** Undefined also where more keys of the webhook are blocked than a page holds. */
async function blockedOf(api: ApiClient, webhook_id: string, key: string) {
  const { ordering_keys } = await api.get('/webhooks/{webhook_id}/ordering-keys', {
    path: { webhook_id },
    query: { limit: 1000 },
  });
  return ordering_keys.find(({ ordering_key }) => ordering_key === key);
}
