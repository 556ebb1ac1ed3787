import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { withoutChromium } from '../setup/chromium.ts';
import { assertAccessible, openDashboard } from '../setup/dashboard.ts';
import { addFigures } from '../setup/figures.ts';
import { assertLooksRight } from '../setup/looks.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startWorkerHere } from '../setup/service.ts';
import { until } from '../setup/until.ts';

suite('the page of a webhook', { skip: withoutChromium }, () => {
  test('a webhook with deliveries and figures → health, settings in sentences, charts with their numbers, light, dark and small', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({
      ...{ name: 'Order events', url: `${receiver.url}/orders`, event_types: ['order.*'] },
      ...{ max_delivery_attempts: 5, retry_min_backoff: 1, retry_max_backoff: 60 },
    });
    await addFigures(database, webhook.id);
    await startWorkerHere(t, database);
    await api.settled((await api.createDelivery(webhook.id)).id);
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await page.getByRole('heading', { name: 'Order events', level: 1 }).waitFor();
    await page.getByText('It is healthy.').waitFor();
    await page.getByText('Up to 5 attempts, 1 s to 1 min apart').waitFor();
    await page.getByText('Events of the types order.*').waitFor();
    await page.getByRole('row').filter({ hasText: 'succeeded' }).first().waitFor();
    await page.locator('.plot canvas').nth(1).waitFor();
    await page.getByText('800 succeeded, 150 failed and tried again').waitFor();
    await page.getByText('The same in numbers').click();
    const minutes = page.getByRole('region', { name: 'Figures by time' });
    assert.equal(await minutes.getByRole('row').count(), 51);
    await page.getByText('The same in numbers').click();
    await assertLooksRight(page, 'webhook');
    await page.getByRole('button', { name: '7 days' }).press('Enter');
    await page.getByText('In the last 7 days').waitFor();
    assert.deepEqual(faults, []);
  });

  test('something happens meanwhile → it appears, and what was open, the focus and the place stay', async (t) => {
    const { api, page, faults } = await openDashboard(t);
    const webhook = await api.createWebhook({ name: 'Order events', active: false });
    await page.setViewportSize({ width: 1280, height: 500 });
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    const numbers = page.getByText('The same in numbers');
    await numbers.click();
    await numbers.scrollIntoViewIfNeeded();
    assert.ok(Number(await page.evaluate('scrollY')) > 0);
    const place = await placeOf(numbers);
    await api.createDelivery(webhook.id);
    await page.getByText('held: webhook inactive').waitFor();
    await page.getByText('A client has made it inactive (active: false).').waitFor();
    assert.equal(await page.getByText('`').count(), 0);
    assert.equal(await page.getByText('none is known').count(), 2);
    await page.getByText('1 of its deliveries is held back').waitFor();
    await page.getByText('1: the webhook is inactive').waitFor();
    assert.equal(await page.locator('details').first().getAttribute('open'), '');
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'SUMMARY');
    assert.ok(Math.abs((await placeOf(numbers)) - place) <= 2);
    await button(page, 'Test').click();
    await page.getByLabel('Payload').fill('half a payl');
    await page.waitForResponse((response) => response.url().endsWith(webhook.id));
    await page.waitForResponse((response) => response.url().endsWith(webhook.id));
    assert.equal(await page.evaluate('document.activeElement.value'), 'half a payl');
    assert.deepEqual(faults, []);
  });

  test('pause until a time, resume, activate → each is done and said', async (t) => {
    const { api, page, faults } = await openDashboard(t);
    const webhook = await api.createWebhook({ name: 'Order events', active: false });
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await button(page, 'Activate').click();
    await page.getByText('Order events is active').waitFor();
    await button(page, 'Pause').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('until a time').check();
    await dialog.getByLabel('Until', { exact: true }).fill('2001-01-01T10:00');
    await assertAccessible(page);
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByText('until: must be in the future').waitFor();
    await dialog.getByLabel('until somebody resumes it').check();
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Order events is paused until somebody resumes it.').waitFor();
    await button(page, 'Resume').click();
    await page.getByText('Order events is resumed').waitFor();
    const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
    assert.deepEqual([body.active, body.health.state], [true, 'healthy']);
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('400')),
      [],
    );
  });

  test('a test → its response and request; Escape closes it, and the focus is where it was', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    const receiver = await startReceiver(t, (_request, response) => {
      response.statusCode = 418;
      response.end('<b>I am a teapot</b>');
    });
    const webhook = await api.createWebhook({ url: receiver.url });
    await startWorkerHere(t, database);
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await button(page, 'Test').press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Payload').fill('{"mine":1}');
    await dialog.getByRole('button', { name: 'Send the test' }).click();
    await dialog.getByText('Status 418').waitFor();
    await dialog.getByText('<b>I am a teapot</b>').waitFor();
    await dialog.getByText('Request', { exact: true }).click();
    await dialog.getByText('{"mine":1}').last().waitFor();
    await assertAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate('document.activeElement.textContent.trim()'), 'Test');
    assert.deepEqual(faults, []);
  });

  test('redeliver → it counts first, then sends, and shows how far it is', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    const receiver = await startReceiver(t, (_request, response, number) => {
      response.statusCode = number <= 2 ? 500 : 200;
      response.end();
    });
    const webhook = await api.createWebhook({ url: receiver.url, max_delivery_attempts: 1 });
    await startWorkerHere(t, database);
    for (const { id } of [
      await api.createDelivery(webhook.id),
      await api.createDelivery(webhook.id),
    ])
      await api.settled(id);
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await button(page, 'Redeliver').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Count them' }).click();
    await dialog.getByText('2 deliveries, created').waitFor();
    assert.equal(receiver.received.length, 2);
    const main = dialog.locator('footer button:not(.outline)');
    assert.equal((await main.innerText()).trim(), 'Redeliver 2');
    await assertAccessible(page);
    await dialog.getByLabel('How many a second').fill('10');
    assert.equal(await dialog.getByRole('button', { name: 'Redeliver 2' }).count(), 0);
    await dialog.getByRole('button', { name: 'Count them' }).click();
    await dialog.getByRole('button', { name: 'Redeliver 2' }).click();
    await dialog.getByText('Done: 2 are pending again').waitFor();
    await receiver.count(4);
    assert.deepEqual(faults, []);
  });

  test('delete → only once its name is typed', async (t) => {
    const { api, page, faults } = await openDashboard(t);
    const webhook = await api.createWebhook({ name: 'Old <shop>' });
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await button(page, 'Delete').click();
    const dialog = page.getByRole('dialog');
    const end = dialog.getByRole('button', { name: 'Delete it' });
    await dialog.getByLabel('Type').fill('Old shop');
    assert.equal(await end.isDisabled(), true);
    await dialog.getByLabel('Type').fill('Old <shop>');
    await assertAccessible(page);
    await end.click();
    await page.getByText('Old <shop> is deleted.').waitFor();
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    assert.equal((await api.call('GET', `/webhooks/${webhook.id}`)).status, 404);
    assert.deepEqual(faults, []);
  });

  test('rotate → the new secret is shown, with where it is found later; the earlier one can be ended', async (t) => {
    const { api, page, faults } = await openDashboard(t);
    const webhook = await api.createWebhook({ name: 'Order events' });
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await button(page, 'Rotate').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('How long the present one').selectOption('1 hour');
    await assertAccessible(page);
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await dialog.getByText('You find it later in the form').waitFor();
    const shown = await dialog.locator('code.wrap').textContent();
    const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
    assert.equal(shown, body.secret_token);
    await dialog.getByRole('button', { name: 'I have it' }).click();
    assert.equal(await page.getByText(body.secret_token).count(), 0);
    await page.getByText('An earlier secret').waitFor();
    await page.getByRole('button', { name: /^End the/ }).click();
    await dialog.getByRole('button', { name: 'End it' }).click();
    await page.getByText('The secret has ended.').waitFor();
    const { body: left } = await api.call('GET', `/webhooks/${webhook.id}/secrets`);
    assert.equal(left.secrets.length, 1);
    assert.deepEqual(faults, []);
  });

  test('a blocked ordering key → it goes on when it is skipped', async (t) => {
    const { api, database, page, faults } = await openDashboard(t);
    const receiver = await startReceiver(t, (_request, response, number) => {
      response.statusCode = number === 1 ? 500 : 200;
      response.end();
    });
    const webhook = await api.createWebhook({
      ...{ url: receiver.url, max_delivery_attempts: 1, ordering_on_failure: 'block' },
    });
    await startWorkerHere(t, database);
    const keyed = { webhook_id: webhook.id, payload: '', ordering_key: 'a/b <c>' };
    const first = await api.call('POST', '/deliveries', keyed);
    await api.settled(first.body.id);
    const second = await api.call('POST', '/deliveries', keyed);
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await page.getByRole('button', { name: 'Skip what blocks a/b <c>' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 delivery behind it').waitFor();
    await dialog.getByRole('button', { name: 'Skip it' }).click();
    await page.getByText('The ordering key a/b <c> goes on.').waitFor();
    await page.getByText('No ordering key stands still.').waitFor();
    assert.equal((await api.settled(second.body.id)).status, 'succeeded');
    assert.deepEqual(faults, []);
  });

  test('a preview → whether it gets the event, and the request', async (t) => {
    const { api, page, faults } = await openDashboard(t);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    const webhook = await api.createWebhook({ event_types: ['invoice.*'] });
    await page.goto(`${api.url}/ui/#/webhooks/${webhook.id}`);
    await button(page, 'Preview').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Event type').fill('order.paid');
    await dialog.getByLabel('Payload').fill('{"order":1042}');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('None of its event types matches this one.').waitFor();
    await dialog.locator('pre').filter({ hasText: '{"order":1042}' }).waitFor();
    await api.call('PATCH', `/webhooks/${webhook.id}`, { event_types: ['order.*'] });
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('it gets this event').waitFor();
    await assertAccessible(page);
    assert.deepEqual(faults, []);
  });

  test('an id that no webhook has → said in words', async (t) => {
    const { api, page } = await openDashboard(t);
    await page.goto(`${api.url}/ui/#/webhooks/3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10`);
    await page.getByRole('alert').filter({ hasText: 'webhook not found' }).waitFor();
    await until('the alert', async () => (await page.getByRole('alert').count()) === 1);
  });
});

/** How far from the top of the screen it is. */
const placeOf = async (one: Locator) => (await one.boundingBox())?.y ?? 0;

/** One of the actions of the page. */
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
