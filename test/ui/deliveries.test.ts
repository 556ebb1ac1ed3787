import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withoutChromium } from '../setup/chromium.ts';
import { openWithWebhooks } from '../setup/dashboard-deliveries.ts';
import { assertLooksRight } from '../setup/looks.ts';

suite('the list of deliveries in Chromium', { skip: withoutChromium }, () => {
  test('deliveries of two webhooks → each with its webhook and where it stands', async (t) => {
    const { api, page, faults, orders, billing, post, goTo } = await openWithWebhooks(t);
    await api.settled(await post(orders.id, { metadata: { customer: '42' } }));
    await api.settled(await post(billing.id, { ordering_key: 'order-1042' }));
    await goTo('deliveries');
    const rows = page.getByRole('table').getByRole('row');
    await rows.filter({ hasText: 'Orders' }).getByText('succeeded').waitFor();
    await rows.filter({ hasText: 'Billing' }).getByText('failed: attempts').waitFor();
    await assertLooksRight(page, 'deliveries');
    assert.deepEqual(faults, []);
  });
});
