import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withoutChromium } from '../setup/chromium.ts';
import { openDashboard } from '../setup/dashboard.ts';
import { startWorkerHere } from '../setup/service.ts';

suite('a dialog that asks', { skip: withoutChromium }, () => {
  test('its form is sent twice at once → it is done once', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    await startWorkerHere(t, database);
    const webhook = await api.createWebhook({
      url: 'http://127.0.0.1:9/',
      max_delivery_attempts: 1,
    });
    const { id } = await api.createDelivery(webhook.id);
    await api.settled(id);
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST') asked.push(String(request.postData()));
    });
    await page.goto(`${api.url}/ui/#/deliveries?status=failed`);
    await page.getByRole('button', { name: 'Redeliver all that match' }).click();
    await page.getByRole('button', { name: 'Redeliver them' }).waitFor();
    await page.evaluate(`for (const form of [1, 2].map(() => document.querySelector('dialog form')))
      form.requestSubmit();`);
    await page.getByText('The redelivery has begun.').waitFor();
    const begun = asked.filter((body) => body.includes('"dry_run":false'));
    assert.equal(begun.length, 1);
    assert.deepEqual(faults, []);
  });
});
