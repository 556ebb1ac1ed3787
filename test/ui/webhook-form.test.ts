import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutChromium } from '../setup/chromium.ts';
import { assertAccessible, openDashboard } from '../setup/dashboard.ts';
import { assertLooksRight } from '../setup/looks.ts';

suite('the form of a webhook', { skip: withoutChromium }, () => {
  test('name and URL → a webhook with good settings, and its page', async (t) => {
    const { api, page, faults } = await openDashboard(t, 'webhooks');
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('Name *').fill('Order events');
    await page.getByLabel('URL *').fill('http://127.0.0.1:9/orders');
    await page.getByLabel('Event types').fill('order.*, invoice.paid');
    await assertLooksRight(page, 'webhook-form');
    await page.getByRole('button', { name: 'Create it' }).press('Enter');
    await page.getByText('Order events is there.').waitFor();
    await page.getByRole('heading', { name: 'Order events', level: 1 }).waitFor();
    const { body } = await api.call('GET', '/webhooks');
    const [{ event_types, active, valid_status_codes, retry_max_backoff, auth }] = body.webhooks;
    assert.deepEqual(event_types, ['order.*', 'invoice.paid']);
    assert.deepEqual([active, valid_status_codes.length, retry_max_backoff], [true, 100, 3600]);
    assert.equal(auth, null);
    assert.deepEqual(faults, []);
  });

  test('every kind of setting → as it was typed', async (t) => {
    const { api, page, faults } = await openDashboard(t, 'webhooks/new');
    await page.getByLabel('Name *').fill('Everything');
    await page.getByLabel('URL *').fill('http://127.0.0.1:9/');
    await openAll(page);
    await page.getByLabel('Secret token').fill('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    await page.getByLabel('Valid status codes').fill('200-202, 410');
    await page.getByLabel('Retry schedule').fill('5, 60, 5');
    await page.getByLabel('Max delivery age').fill('86400');
    await page.getByText('86400 seconds are 1 d.').waitFor();
    await page.getByLabel('standard', { exact: true }).check();
    await page.getByRole('button', { name: 'Add to headers' }).click();
    await page.getByLabel('Name (headers, line 1)').fill('X-Tenant');
    await page.getByLabel('Value (headers, line 1)').fill('7');
    await page.getByRole('group', { name: 'Auth' }).getByLabel('Set it').check();
    await page.getByLabel('Type *', { exact: true }).selectOption('bearer');
    await page.getByLabel('Token', { exact: true }).fill('never-sent');
    await page.getByLabel('Type *', { exact: true }).selectOption('basic');
    await page.getByLabel('Username').fill('postmand');
    await page.getByLabel('Password').fill('secret');
    await page.getByLabel('Filter').fill('{"payload":{"amount":{"$gte":100}}}');
    await page.getByRole('group', { name: 'Rate limit' }).getByLabel('Set it').check();
    await page.getByLabel('Count *').fill('100');
    await page.getByLabel('Per seconds *').fill('60');
    await page.getByLabel('On failing').selectOption('hold');
    await page.getByLabel('Honor retry after').check();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Create it' }).click();
    await page.getByText('Everything is there.').waitFor();
    const [made] = (await api.call('GET', '/webhooks')).body.webhooks;
    assert.deepEqual(made.valid_status_codes, [200, 201, 202, 410]);
    assert.deepEqual(made.retry_schedule, [5, 60, 5]);
    assert.deepEqual(made.signatures, ['standard']);
    assert.deepEqual(made.headers, { 'X-Tenant': '***' });
    assert.deepEqual(made.auth, { type: 'basic', username: 'postmand', password: '***' });
    assert.deepEqual(made.filter, { payload: { amount: { $gte: 100 } } });
    assert.deepEqual(made.rate_limit, { count: 100, per_seconds: 60, burst: 2 });
    assert.deepEqual(
      [made.max_delivery_age, made.on_failing, made.honor_retry_after],
      [86_400, 'hold', true],
    );
    assert.deepEqual(faults, []);
  });

  test('a change → only what was changed is sent, and secrets that were not shown stay', async (t) => {
    const { api, page, faults } = await openDashboard(t, 'operations');
    const webhook = await api.createWebhook({
      ...{ name: 'Order events', headers: { 'X-Tenant': '7', 'X-Old': '1' } },
      ...{ filter: { payload: { amount: { $gte: 100 } } }, metadata: { customer: '42' } },
      ...{ auth: { type: 'bearer', token: 'abc' }, max_delivery_age: 60 },
    });
    await page.goto(`${page.url().split('#')[0]}#/webhooks/${webhook.id}/edit`);
    await page.getByLabel('Name *').fill('Orders');
    await openAll(page);
    await page.getByRole('button', { name: /^Remove X-Old/ }).click();
    await page.getByLabel('Filter').fill('{"payload":{"total":{"$gt":1}}}');
    await page.getByLabel('Max delivery age').fill('');
    await page.getByLabel('Type *', { exact: true }).selectOption('basic');
    await page.getByLabel('Username').fill('postmand');
    await page.getByLabel('Password').fill('secret');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.deepEqual((await sent).postDataJSON(), {
      name: 'Orders',
      max_delivery_age: null,
      headers: { 'X-Old': null },
      auth: { type: 'basic', username: 'postmand', password: 'secret', token: null },
      filter: { payload: { amount: null, total: { $gt: 1 } } },
    });
    await page.getByText('Orders is changed.').waitFor();
    const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
    assert.deepEqual(body.filter, { payload: { total: { $gt: 1 } } });
    assert.deepEqual(body.headers, { 'X-Tenant': '***' });
    assert.equal(body.secret_token, 'my-secret-token');
    assert.deepEqual(body.auth, { type: 'basic', username: 'postmand', password: '***' });
    assert.deepEqual(faults, []);
  });

  test('what the API or the browser refuses → said at its field, opened and in the focus', async (t) => {
    const { page, faults } = await openDashboard(t, 'webhooks/new');
    await page.getByLabel('Name *').fill('Order events');
    await page.getByLabel('URL *').fill('ftp://127.0.0.1/');
    await page.getByRole('button', { name: 'Create it' }).click();
    await page.getByText('must be an absolute http or https URL').waitFor();
    assert.equal(await focused(page), 'field-url');
    await assertAccessible(page);
    await page.getByLabel('URL *').fill('http://127.0.0.1:9/');
    await page.getByText('must be an absolute http or https URL').waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('URL *').getAttribute('aria-invalid'), null);
    await page.getByText('Requests', { exact: true }).click();
    await page.getByRole('button', { name: 'Add to headers' }).click();
    await page.getByLabel('Name (headers, line 1)').fill('Host');
    await page.getByText('Requests', { exact: true }).click();
    await page.getByRole('button', { name: 'Create it' }).click();
    await page.getByText('headers.Host:').waitFor();
    assert.equal(await focused(page), 'field-headers');
    await page.getByRole('button', { name: /^Remove Host/ }).click();
    await page.getByText('Which events', { exact: true }).click();
    await page.getByLabel('Filter').fill('{');
    await page.getByText('Which events', { exact: true }).click();
    await page.getByRole('button', { name: 'Create it' }).click();
    await page.getByLabel('Filter').waitFor();
    assert.equal(await focused(page), 'field-filter');
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('400')),
      [],
    );
  });

  test('somebody else changes it meanwhile → said, and what was typed stays, on top of that', async (t) => {
    const { api, page } = await openDashboard(t, 'operations');
    const webhook = await api.createWebhook({ name: 'Order events' });
    await page.goto(`${page.url().split('#')[0]}#/webhooks/${webhook.id}/edit`);
    await page.getByLabel('Name *').fill('Mine');
    await api.call('PATCH', `/webhooks/${webhook.id}`, { url: 'http://127.0.0.1:9/theirs' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has changed this webhook meanwhile (url).').waitFor();
    assert.equal(await page.getByLabel('Name *').inputValue(), 'Mine');
    assert.equal(await page.getByLabel('URL *').inputValue(), 'http://127.0.0.1:9/theirs');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Mine is changed.').waitFor();
    const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
    assert.deepEqual([body.name, body.url], ['Mine', 'http://127.0.0.1:9/theirs']);
  });
});

/** Opens all groups of settings. */
async function openAll(page: Page): Promise<void> {
  for (const title of await page.locator('.more-settings > summary').all()) await title.click();
}

const focused = (page: Page) => page.evaluate('document.activeElement.id');
