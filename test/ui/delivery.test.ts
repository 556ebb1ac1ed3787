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
    assert.equal(await page.title(), `Delivery ${id.slice(0, 8)} · Postmand`);
    await page.getByRole('region', { name: 'Request, body' }).getByText('"order": 1042').waitFor();
    await page.getByRole('region', { name: 'Response, body' }).getByText('"error"').waitFor();
    await assertLooksRight(page, 'delivery-failed');
    await page.getByRole('button', { name: 'Redeliver' }).click();
    await page.getByText('It is pending again').waitFor();
    await page.getByText('Attempt 2: answered 503').waitFor();
    const notice = page.getByText('It is pending again');
    await notice.waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Webhooks' }).click();
    await notice.waitFor({ state: 'detached' });
    assert.deepEqual(faults, []);
  });

  test('its request → raw as it was, and copied as curl with what is concealed', async (t) => {
    const { api, page, faults, orders, post, goTo } = await openWithWebhooks(t);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const auth = { type: 'bearer', token: 'a-secret-token' };
    await api.call('PATCH', `/webhooks/${orders.id}`, { auth });
    const id = await post(orders.id);
    await api.settled(id);
    await goTo(`deliveries/${id}`);
    await page.getByText('Request and response of attempt 1').click();
    await page.getByRole('button', { name: 'Raw request' }).click();
    const raw = page.getByRole('region', { name: 'Request, raw' });
    await raw.getByText('Authorization: ***').waitFor();
    await page.getByRole('button', { name: 'Copy as curl the request' }).click();
    await page.getByText('Copied').waitFor();
    const copied = String(await page.evaluate('navigator.clipboard.readText()'));
    assert.match(copied, /^curl [^]*\/orders'[^]*'Authorization: \*\*\*'[^]*'\{"order":1042\}'$/);
    assert.deepEqual(faults, []);
  });

  test('one that waits for its next attempt → counted down, and cancelled when that is confirmed', async (t) => {
    const { api, page, faults, billing, post, goTo } = await openWithWebhooks(t);
    const waits = { max_delivery_attempts: 5, retry_min_backoff: 60, retry_max_backoff: 60 };
    await api.call('PATCH', `/webhooks/${billing.id}`, waits);
    const id = await post(billing.id);
    await goTo(`deliveries/${id}`);
    const state = page.locator('.now').filter({ hasText: /retry in \d+ s/ });
    const first = /retry in \d+ s/.exec(await state.innerText())?.[0] ?? '';
    await state.filter({ hasNotText: first }).waitFor();
    await page.getByText('It waits for its next attempt').waitFor();
    await assertLooksRight(page, 'delivery-waits');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('The delivery is cancelled.').waitFor();
    assert.equal((await api.call('GET', `/deliveries/${id}`)).status, 404);
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('404')),
      [],
    );
  });

  test('one of a paused webhook → says so, and is sent once the webhook is resumed from there', async (t) => {
    const { api, page, faults, orders, post, goTo } = await openWithWebhooks(t);
    await api.call('POST', `/webhooks/${orders.id}/pause`, {});
    const id = await post(orders.id);
    await goTo(`deliveries/${id}`);
    await page.getByText('It waits because its webhook is paused').waitFor();
    await page.getByRole('button', { name: 'Resume the webhook' }).click();
    await page.getByText('It has arrived').waitFor();
    await page.getByText('✓ succeeded').waitFor();
    assert.deepEqual(faults, []);
  });

  test('one behind a delivery that blocks its key → the way to that one, and the key goes on without it', async (t) => {
    const { api, page, faults, billing, post, goTo } = await openWithWebhooks(t);
    await api.call('PATCH', `/webhooks/${billing.id}`, { ordering_on_failure: 'block' });
    const first = await post(billing.id, { ordering_key: 'order-1042' });
    const second = await post(billing.id, { ordering_key: 'order-1042' });
    await api.settled(first);
    await goTo(`deliveries/${second}`);
    await page.getByRole('link', { name: first }).first().waitFor();
    await assertLooksRight(page, 'delivery-blocked');
    await page.getByRole('button', { name: 'Skip what blocks the key' }).click();
    await page.getByRole('button', { name: 'Skip it' }).click();
    await page.getByText('Attempt 1: answered 503').waitFor();
    assert.deepEqual(faults, []);
  });

  test('markup in all that others write → text, and nothing of it runs', async (t) => {
    const { api, page, faults, receiver, orders, post, goTo } = await openWithWebhooks(t);
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>';
    receiver.answerWith((_request, response) => {
      response.setHeader('x-evil', evil);
      response.end(evil);
    });
    await api.call('PATCH', `/webhooks/${orders.id}`, { name: evil });
    const id = await post(orders.id, { payload: evil, metadata: { [evil]: evil } });
    await api.settled(id);
    await goTo(`deliveries/${id}`);
    await page.getByText('Request and response of attempt 1').click();
    await page.getByRole('region', { name: 'Response, body' }).getByText(evil).waitFor();
    assert.equal(await page.locator('#dashboard img, #dashboard script').count(), 0);
    assert.deepEqual(faults, []);
  });

  test('a long payload → its beginning, and all of it on demand', async (t) => {
    const { api, page, faults, orders, post, goTo } = await openWithWebhooks(t);
    const id = await post(orders.id, { payload: `${'a'.repeat(9000)} the end` });
    await api.settled(id);
    await goTo(`deliveries/${id}`);
    const payload = page.getByRole('region', { name: 'Payload' });
    await payload.waitFor();
    assert.equal(await payload.getByText('the end').count(), 0);
    await page.getByRole('button', { name: 'Show all 9,008 characters' }).click();
    await payload.getByText('the end').waitFor();
    assert.deepEqual(faults, []);
  });
});
