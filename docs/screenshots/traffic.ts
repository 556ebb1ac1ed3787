import type { ApiClient, Schemas } from '../../src/client/api.ts';
import { until } from '../../test/setup/until.ts';
import type { Shop } from './shop.ts';

/** What pictures are taken of. */
export type Told = { webhook: Schemas['Webhook']; failed: Schemas['Delivery'] };

const CUSTOMERS = ['c-1042', 'c-1187', 'c-2093', 'c-3310', 'c-4410', 'c-5127'];
const PRODUCTS = ['espresso beans 1 kg', 'hand grinder', 'paper filters', 'gooseneck kettle'];

/** A morning of the shop: what it emits and posts. It waits until all has its place. */
export async function trade(api: ApiClient, shop: Shop): Promise<Told> {
  await api.post('/webhooks/{webhook_id}/pause', {
    path: { webhook_id: shop.newsletter.id },
    body: { until: new Date(Date.now() + 5_400_000).toISOString() },
  });
  for (let order = 1042; order < 1066; order++) await sell(api, order);
  await emit(api, 'customer.changed', { customer: 'c-2093', city: 'Graz' });
  await emit(api, 'customer.changed', { customer: 'c-3310', city: 'Porto' });
  await book(api, shop);
  await settle(api, shop);
  const failed = await api.get('/deliveries', {
    query: { webhook_id: shop.loyalty.id, status: 'failed', limit: 1 },
  });
  return { webhook: shop.warehouse, failed: failed.deliveries[0] as Schemas['Delivery'] };
}

async function sell(api: ApiClient, order: number): Promise<void> {
  const customer = CUSTOMERS[order % CUSTOMERS.length] ?? '';
  const amount = 19.5 + ((order * 37) % 160);
  const items = [{ product: PRODUCTS[order % PRODUCTS.length], quantity: 1 + (order % 3) }];
  await emit(api, 'order.paid', { order, customer, amount, currency: 'EUR', items });
  if (order % 2 === 0) await emit(api, 'order.shipped', { order, amount, carrier: 'DHL' });
  if (order % 4 === 0) await emit(api, 'invoice.created', { invoice: `R-${order}`, order, amount });
}

type Payload = Record<string, string | number | object> & { order?: number; customer?: string };

async function emit(api: ApiClient, type: string, payload: Payload): Promise<void> {
  const { order, customer } = payload;
  const metadata: Record<string, string> = {
    region: 'eu',
    ...(order === undefined ? {} : { order: String(order) }),
    ...(customer === undefined ? {} : { customer }),
  };
  await api.post('/events', { body: { type, payload: JSON.stringify(payload), metadata } });
}

/** Bookings of two customers, each in its order: those of one come to a halt. */
async function book(api: ApiClient, shop: Shop): Promise<void> {
  for (let n = 1; n <= 8; n++) {
    const customer = n % 2 === 0 ? 'c-1187' : 'c-2093';
    const payload = JSON.stringify({ customer, booking: n, amount: 12.5 * n });
    const body = { webhook_id: shop.ledger.id, payload, ordering_key: customer };
    await api.post('/deliveries', { body });
  }
}

/** Waits until whatever can end has ended, and until each trouble is known. */
async function settle(api: ApiClient, shop: Shop): Promise<void> {
  const ended = ['orders', 'warehouse', 'loyalty'] as const;
  for (const place of ended)
    await until(
      `nothing of ${place} is pending`,
      async () => {
        const query = { webhook_id: shop[place].id, status: 'pending' as const, limit: 1 };
        return (await api.get('/deliveries', { query })).deliveries.length === 0;
      },
      60_000,
    );
  for (const kind of ['failing', 'deactivated', 'paused', 'blocked'])
    await until(
      `something is ${kind}`,
      async () => (await api.get('/attention')).items.some((item) => item.kind === kind),
      60_000,
    );
}
