import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withoutChromium } from '../setup/chromium.ts';
import { openWithWebhooks } from '../setup/dashboard-deliveries.ts';
import { assertLooksRight } from '../setup/looks.ts';

suite('a delivery in Chromium', { skip: withoutChromium }, () => {
  test('one that failed → why, what to do, and the request with the response; redelivered', async (t) => {
    const { api, page, faults, billing, post, goTo } = await openWithWebhooks(t);
    const id = await post(billing.id, { metadata: { customer: '42' } });
    await api.settled(id);
    await goTo(`deliveries/${id}`);
    await page.getByText('the endpoint answered 503').first().waitFor();
    await page.getByText('What to do').waitFor();
    await page.getByRole('region', { name: 'Request, body' }).getByText('"order": 1042').waitFor();
    await page.getByRole('region', { name: 'Response, body' }).getByText('"error"').waitFor();
    await assertLooksRight(page, 'delivery-failed');
    await page.getByRole('button', { name: 'Redeliver' }).first().click();
    await page.getByText('It is pending again').waitFor();
    await page.getByText('Attempt 2: answered 503').waitFor();
    assert.deepEqual(faults, []);
  });
});
