import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { withoutChromium } from '../setup/chromium.ts';
import { assertAccessible, openDashboard } from '../setup/dashboard.ts';
import { assertLooksRight } from '../setup/looks.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startWorkerHere } from '../setup/service.ts';

suite('what needs attention', { skip: withoutChromium }, () => {
  test('no worker runs, and then nothing is wrong → told, and then all is well, with the figures of today', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    await database.pool.query(
      `insert into statistics_hours (webhook_id, at, accepted, attempts, succeeded, ms_20)
       values ('00000000-0000-0000-0000-000000000000', date_trunc('hour', now()),
         12345, 12345, 12300, 12345)`,
    );
    await api.createWebhook();
    await page.getByRole('heading', { name: 'No worker runs' }).waitFor();
    await startWorkerHere(t, database);
    await page.getByText('All is well').waitFor();
    await page.getByText('12,345', { exact: true }).waitFor();
    await page.getByText('No delivery is due and waiting to be sent.').waitFor();
    await assertLooksRight(page, 'all-is-well');
    assert.deepEqual(faults, []);
  });

  test('a paused, a deactivated and a blocked webhook → the most wrong first, each mended from here', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    const receiver = await startReceiver(t, (_request, response, number) => {
      response.statusCode = number === 1 ? 410 : 200;
      response.end();
    });
    const url = receiver.url;
    const once = { url, max_delivery_attempts: 1 };
    const blocked = await api.createWebhook({
      ...{ ...once, name: 'Blocked', ordering_on_failure: 'block' },
    });
    await startWorkerHere(t, database);
    const keyed = { webhook_id: blocked.id, payload: '', ordering_key: 'order-1' };
    const { body: failed } = await api.call('POST', '/deliveries', keyed);
    await api.settled(failed.id);
    const paused = await api.createWebhook({ name: 'Paused', url });
    await api.call('POST', `/webhooks/${paused.id}/pause`, {});
    const gone = await api.createWebhook({ name: 'Gone', url, on_gone: 'deactivate' });
    receiver.answerWith((_request, response) => {
      response.statusCode = 410;
      response.end();
    });
    await api.createDelivery(gone.id);
    const items = page.getByRole('listitem').filter({ has: page.getByRole('article') });
    await items.filter({ hasText: 'Gone was deactivated' }).waitFor();
    assert.deepEqual(await items.locator('h2').allInnerTexts(), [
      'Gone was deactivated',
      'Blocked has blocked ordering keys',
      'Paused is paused',
    ]);
    await assertLooksRight(page, 'attention');

    receiver.answerWith((_request, response) => response.end('ok'));
    await page.getByRole('button', { name: 'Activate: Gone' }).click();
    await page.getByText('Gone is active').waitFor();
    await page.getByRole('button', { name: 'Resume: Paused' }).click();
    await page.getByText('Paused is resumed').waitFor();
    await page.getByRole('button', { name: 'Skip keys: Blocked' }).press('Enter');
    await page.getByRole('button', { name: 'Skip what blocks order-1' }).press('Enter');
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Skip it' }).press('Enter');
    await page.getByText('No ordering key stands still.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('All is well').waitFor();
    assert.deepEqual(faults, []);
  });

  test('a failing webhook → a test of it, and the way to what waits', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    const receiver = await startReceiver(t, (_request, response) => {
      response.statusCode = 503;
      response.end('maintenance');
    });
    const webhook = await api.createWebhook({
      ...{ name: 'Billing <b>', url: receiver.url, on_failing: 'hold' },
      ...{ failing_after: { attempts: 1, seconds: 0 }, retry_min_backoff: 60 },
    });
    await startWorkerHere(t, database);
    await api.createDelivery(webhook.id);
    await page.getByRole('heading', { name: 'Billing <b> is failing' }).waitFor();
    await page.getByText('The last failure: HTTP status 503').waitFor();
    await page.getByRole('button', { name: 'Test: Billing <b>' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send the test' }).click();
    await dialog.getByText('maintenance').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('link', { name: 'What waits' }).click();
    await page.waitForURL(`**/#/deliveries?webhook_id=${webhook.id}&status=pending`);
    assert.deepEqual(faults, []);
  });

  test('a failing webhook for which nothing waits → the way to what failed', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    const receiver = await startReceiver(t, (_request, response) => {
      response.statusCode = 503;
      response.end();
    });
    const webhook = await api.createWebhook({
      ...{ name: 'Billing', url: receiver.url, max_delivery_attempts: 1 },
      failing_after: { attempts: 1, seconds: 0 },
    });
    await startWorkerHere(t, database);
    await api.settled((await api.createDelivery(webhook.id)).id);
    await page.getByRole('link', { name: 'What failed' }).click();
    await page.waitForURL(`**/#/deliveries?webhook_id=${webhook.id}&status=failed`);
    await page.goBack();
    await page.getByRole('link', { name: 'Failed', exact: true }).click();
    await page.waitForURL('**/#/deliveries?status=failed');
    assert.deepEqual(faults, []);
  });
});
