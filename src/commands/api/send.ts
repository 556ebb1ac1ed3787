import type { ApiClient, Schemas } from '../../client/api.ts';
import { several } from '../../client/explaining/time-words.ts';
import { stopSignal } from '../../process/stopping.ts';
import { findWebhook } from './find-webhook.ts';
import { followAll } from './follow.ts';
import { tellMisses } from './misses.ts';
import { Output, type Showing } from './output.ts';
import { payloadFrom } from './payload.ts';

export type SendOptions = Showing & {
  webhook?: string;
  event?: string;
  payload?: string;
  orderingKey?: string;
  metadata?: Record<string, string>;
  wait: boolean;
  waitMs: number;
};

const PAYLOAD = '{}';

/**
 * `postmand send`: creates a delivery of a webhook, or an event for whoever subscribed. With `wait`
 * it shows what becomes of it. @throws CommandError where it has not arrived by then
 */
export async function runSend(options: SendOptions, api: ApiClient): Promise<void> {
  const stopping = stopSignal();
  const out = new Output(options);
  const body = {
    payload: (await payloadFrom(options.payload)) ?? PAYLOAD,
    ...(options.orderingKey === undefined ? {} : { ordering_key: options.orderingKey }),
    ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
  };
  const { event: type, wait } = options;
  const ids =
    type === undefined
      ? await sendTo(options.webhook ?? '', { api, out, body, wait })
      : await emit(type, { api, out, body, wait });
  if (wait) await followAll(ids, { api, out, stopping, waitMs: options.waitMs });
}

type Body = Pick<Schemas['DeliveryInput'], 'payload' | 'ordering_key' | 'metadata'>;
type Sending = { api: ApiClient; out: Output; body: Body; wait: boolean };

/** The ids of the deliveries that it made. */
async function sendTo(named: string, { api, out, body, wait }: Sending): Promise<string[]> {
  const webhook = await findWebhook(api, named);
  const delivery = await api.post('/deliveries', { body: { ...body, webhook_id: webhook.id } });
  if (!out.json) out.tell(`Delivery ${delivery.id} for ${JSON.stringify(webhook.name)} is stored.`);
  else if (!wait) out.document(delivery);
  return [delivery.id];
}

async function emit(type: string, { api, out, body, wait }: Sending): Promise<string[]> {
  const event = await api.post('/events', { body: { ...body, type } });
  const made = event.deliveries ?? 0;
  if (out.json) {
    if (!wait) out.document(event);
  } else if (made === 0) {
    out.tell(`Event ${event.id} is stored. No webhook has subscribed to it.`);
    if (event.deliveries === 0) await tellMisses(event, api, out);
  } else out.tell(`Event ${event.id} is stored, for ${several(made, 'webhook')}.`);
  if (!wait) return [];
  const query = { event_id: event.id, limit: FOLLOWED };
  const { deliveries } = await api.get('/deliveries', { query });
  if (made > deliveries.length)
    out.note(`Only ${deliveries.length} of its ${made} deliveries are waited for.`);
  return deliveries.map(({ id }) => id);
}

/** No more deliveries are waited for. */
const FOLLOWED = 50;
