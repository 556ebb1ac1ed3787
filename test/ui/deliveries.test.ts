import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { withoutChromium } from '../setup/chromium.ts';
import { openDashboard } from '../setup/dashboard.ts';
import { assertLooksRight } from '../setup/looks.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startWorkerHere } from '../setup/service.ts';

/** A dashboard whose webhook "Orders" takes what is sent, while "Billing" refuses it. */
async function withDeliveries(t: TestContext, place = 'deliveries') {
  const opened = await openDashboard(t, '');
  const { api, database } = opened;
  const receiver = await startReceiver(t, ({ path }, response) => {
    response.statusCode = path === '/billing' ? 503 : 200;
    response.end('{"taken":true}');
  });
  const orders = await api.createWebhook({ name: 'Orders', url: `${receiver.url}/orders` });
  const billing = await api.createWebhook({
    name: 'Billing',
    url: `${receiver.url}/billing`,
    max_delivery_attempts: 1,
  });
  const post = async (webhook_id: string, more: object = {}) => {
    const { body } = await api.call('POST', '/deliveries', {
      ...{ webhook_id, payload: '{"order":1042}', metadata: { customer: '42' } },
      ...more,
    });
    return body.id as string;
  };
  await startWorkerHere(t, database);
  const taken = await post(orders.id);
  const refused = await post(billing.id);
  await api.settled(taken);
  await api.settled(refused);
  await opened.page.goto(`${api.url}/ui/#/${place}`);
  return { ...opened, orders, billing, post, taken, refused };
}

suite('the list of deliveries in Chromium', { skip: withoutChromium }, () => {
  test('deliveries of two webhooks → each with its webhook and where it stands', async (t) => {
    const { page, faults } = await withDeliveries(t);
    const rows = page.getByRole('table').getByRole('row');
    await rows.filter({ hasText: 'Orders' }).getByText('succeeded').waitFor();
    await rows.filter({ hasText: 'Billing' }).getByText('failed: attempts').waitFor();
    await assertLooksRight(page, 'deliveries');
    assert.deepEqual(faults, []);
  });
});
