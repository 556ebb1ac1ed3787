import type { ApiClient, Schemas } from '../../src/client/api.ts';

/** The webhooks of the shop, by what is at their other end. */
const PLACES = [
  'orders',
  'warehouse',
  'loyalty',
  'invoices',
  'old-crm',
  'newsletter',
  'ledger',
] as const;
export type Place = (typeof PLACES)[number];

export type Shop = Record<Place, Schemas['Webhook']>;

type Draft = Partial<Schemas['WebhookInput']> & { name: string };

const DRAFTS: Record<Place, Draft> = {
  orders: {
    ...{ name: 'Order events', event_types: ['order.*'] },
    // As the tour of the guide on events subscribes it.
    filter: { payload: { amount: { $gte: 50 } } },
  },
  warehouse: {
    ...{ name: 'Warehouse', event_types: ['order.paid'], retry_min_backoff: 1 },
    ...{ max_concurrency: 4, max_delivery_attempts: 8, headers: { 'X-Warehouse': 'north' } },
  },
  loyalty: {
    ...{ name: 'Loyalty points', event_types: ['order.paid'] },
    ...{ max_delivery_attempts: 3, retry_schedule: [1, 2] },
  },
  invoices: {
    ...{ name: 'Invoices', event_types: ['invoice.created'], delivery_attempt_timeout: 1 },
    ...{ on_failing: 'hold', failing_after: { attempts: 3, seconds: 0 } },
  },
  'old-crm': { name: 'Old CRM', event_types: ['customer.*'], on_gone: 'deactivate' },
  newsletter: { name: 'Newsletter', event_types: ['customer.*'] },
  ledger: {
    ...{ name: 'Ledger', max_delivery_attempts: 1, ordering_on_failure: 'block' },
  },
};

const EVENT_TYPES: Schemas['EventTypeInput'][] = [
  {
    name: 'order.paid',
    description: 'An order was paid.',
    schema: {
      type: 'object',
      required: ['order', 'amount'],
      properties: { order: { type: 'integer' }, amount: { type: 'number' } },
    },
  },
  { name: 'order.shipped', description: 'The parcel of an order has left the warehouse.' },
  { name: 'invoice.created', description: 'An invoice was written.' },
  { name: 'customer.changed', description: 'A customer has another name or address.' },
];

/** Registers the event types and the webhooks of a shop; those at `receiver` are active. */
export async function openShop(api: ApiClient, receiver: string): Promise<Shop> {
  for (const body of EVENT_TYPES) await api.post('/event-types', { body });
  const webhooks: [Place, Schemas['Webhook']][] = [];
  for (const place of PLACES) {
    const body = { ...COMMON, url: `${receiver}/${place}`, ...DRAFTS[place] };
    webhooks.push([place, await api.post('/webhooks', { body })]);
  }
  return Object.fromEntries(webhooks) as Shop;
}

/** As the tour of the README registers its webhook. */
const COMMON = {
  active: true,
  signatures: ['standard'] as ['standard'],
  secret_token: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  content_type: 'application/json',
  valid_status_codes: [200, 201, 204],
  max_delivery_attempts: 5,
  delivery_attempt_timeout: 5,
  retry_min_backoff: 10,
  retry_max_backoff: 60,
};
