import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withoutChromium } from '../setup/chromium.ts';
import { openWithWebhooks } from '../setup/dashboard-deliveries.ts';
import { assertLooksRight } from '../setup/looks.ts';

suite('operations in Chromium', { skip: withoutChromium }, () => {
  test('a redelivery of all that failed → counted first, then watched until it is done', async (t) => {
    const { api, page, faults, billing, post, goTo } = await openWithWebhooks(t);
    const ids = await Promise.all([post(billing.id), post(billing.id), post(billing.id)]);
    for (const id of ids) await api.settled(id);
    await goTo('deliveries?status=failed');
    await page.getByRole('button', { name: 'Redeliver all that match' }).click();
    await page.getByText('3 deliveries of 1 webhook').waitFor();
    await assertLooksRight(page, 'redeliver-all');
    await page.getByRole('button', { name: 'Redeliver them' }).click();
    await page.getByRole('heading', { level: 1, name: 'Redelivery' }).waitFor();
    await page.getByText('3 of 3 done').waitFor();
    await assertLooksRight(page, 'operation');
    await page.getByRole('link', { name: 'Operations' }).first().click();
    await page.getByRole('row').filter({ hasText: 'Redelivery' }).getByText('✓ done').waitFor();
    await assertLooksRight(page, 'operations');
    assert.deepEqual(faults, []);
  });

  test('one that takes long → cancelled when that is confirmed, and what is done stays', async (t) => {
    const { api, page, faults, billing, post, goTo } = await openWithWebhooks(t);
    const ids = await Promise.all(Array.from({ length: 8 }, () => post(billing.id)));
    for (const id of ids) await api.settled(id);
    const draft = { filter: { status: 'failed' }, rate_per_second: 1 };
    const { body: operation } = await api.call('POST', '/redeliveries', draft);
    await goTo(`operations/${operation.id}`);
    await page.getByText(/[1-7] of 8 done/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('The operation is cancelled.').waitFor();
    await page.getByText('! cancelled').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0);
    assert.deepEqual(faults, []);
  });
});
