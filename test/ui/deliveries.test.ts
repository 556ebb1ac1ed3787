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
    const rows = page.getByRole('row');
    await rows.filter({ hasText: 'Orders' }).getByText('succeeded').waitFor();
    await rows.filter({ hasText: 'Billing' }).getByText('failed: attempts').waitFor();
    await assertLooksRight(page, 'deliveries');
    assert.deepEqual(faults, []);
  });

  test('a webhook by a part of its name, with the keyboard → its deliveries, by a link for others', async (t) => {
    const { api, page, faults, orders, billing, post, goTo } = await openWithWebhooks(t);
    for (const { id } of [orders, billing]) await api.settled(await post(id));
    await goTo('deliveries');
    const rows = page.getByRole('row');
    await rows.filter({ hasText: 'Orders' }).waitFor();
    const field = page.getByRole('combobox', { name: 'Webhook' });
    await field.pressSequentially('ill');
    await page.getByRole('option', { name: 'Billing' }).waitFor();
    await field.press('Enter');
    await rows.filter({ hasText: 'Orders' }).waitFor({ state: 'detached' });
    assert.equal(await field.inputValue(), 'Billing');
    await page.getByLabel('Status').selectOption('attempts');
    await page.waitForURL(/failed_reason=attempts/);
    await page.getByRole('button', { name: 'Count' }).click();
    await page.getByText('1 match', { exact: true }).waitFor();
    await page.reload();
    await rows.filter({ hasText: 'Billing' }).waitFor();
    assert.equal(await rows.filter({ hasText: 'Orders' }).count(), 0);
    await page.goBack();
    await page.goBack();
    await rows.filter({ hasText: 'Orders' }).waitFor();
    assert.deepEqual(faults, []);
  });

  test('deliveries that come meanwhile → told, and shown when the reader wants that', async (t) => {
    const { api, page, faults, orders, billing, post, goTo } = await openWithWebhooks(t);
    await api.settled(await post(billing.id));
    await goTo('deliveries');
    const rows = page.getByRole('row');
    await rows.filter({ hasText: 'Billing' }).waitFor();
    await page.getByLabel('Created from').focus();
    for (const _ of [1, 2]) await post(orders.id);
    const show = page.getByRole('button', { name: '2 new deliveries, show' });
    await show.waitFor();
    assert.equal(await rows.filter({ hasText: 'Orders' }).count(), 0);
    const focused = await page.evaluate('document.activeElement.type');
    assert.equal(focused, 'datetime-local');
    await show.click();
    await rows.filter({ hasText: 'Orders' }).nth(1).waitFor();
    assert.deepEqual(faults, []);
  });

  test('more than a page → the next one on demand', async (t) => {
    const { api, page, faults, orders, goTo } = await openWithWebhooks(t);
    const drafts = Array.from({ length: 60 }, () => ({ webhook_id: orders.id }));
    await api.call('POST', '/deliveries/batch', { deliveries: drafts });
    await goTo('deliveries');
    await page.getByRole('row').nth(50).waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('row').nth(60).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);
    assert.deepEqual(faults, []);
  });

  test('metadata → those that carry it are erased, once a word is typed', async (t) => {
    const { api, page, faults, orders, billing, post, goTo } = await openWithWebhooks(t);
    const id = await post(orders.id, { metadata: { customer: '42' } });
    const other = await post(billing.id);
    for (const one of [id, other]) await api.settled(one);
    await goTo('deliveries?status=failed');
    await page.getByText('To erase, say whose payloads').waitFor();
    await goTo('deliveries');
    await page.getByText('By metadata, ordering key, event').click();
    await page.getByLabel('Name of the metadata').fill('customer');
    await page.getByLabel('Value of the metadata').fill('42');
    await page.getByLabel('Value of the metadata').press('Enter');
    await page.getByRole('row').filter({ hasText: 'Billing' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Erase all that match' }).click();
    await page.getByText('1 delivery and 0 events.').waitFor();
    const erase = page.getByRole('button', { name: 'Erase it' });
    assert.equal(await erase.isDisabled(), true);
    await page.getByRole('dialog').getByRole('textbox').fill('erase');
    await assertLooksRight(page, 'erase');
    await erase.click();
    await page.getByText('1 of 1 done').waitFor();
    assert.equal((await api.delivery(id)).payload, '');
    assert.notEqual((await api.delivery(other)).payload, '');
    assert.deepEqual(faults, []);
  });

  test('a filter that the API does not redeliver by → by the ids of what matches', async (t) => {
    const { api, page, faults, billing, post, goTo } = await openWithWebhooks(t);
    const id = await post(billing.id, { metadata: { customer: '42' } });
    await api.settled(id);
    await goTo('deliveries?metadata.customer=42');
    await page.getByRole('button', { name: 'Redeliver all that match' }).click();
    await page.getByText('1 delivery of 1 webhook').waitFor();
    await page.getByRole('button', { name: 'Redeliver them' }).click();
    await page.getByText('1 of 1 done').waitFor();
    assert.deepEqual(faults, []);
  });

  test('half a pair of metadata, a webhook that is not → told beside the field, and nothing is searched', async (t) => {
    const { page, faults, orders, billing, goTo } = await openWithWebhooks(t);
    await goTo(`deliveries?webhook_id=${orders.id}`);
    const search = page.getByRole('button', { name: 'Search', exact: true });
    const webhook = page.getByRole('combobox', { name: 'Webhook' });
    const name = page.getByLabel('Name of the metadata');
    const value = page.getByLabel('Value of the metadata');
    await page.getByText('By metadata, ordering key, event').click();
    await value.fill('42');
    await search.click();
    await page.getByText('A name is missing').waitFor();
    assert.equal(await name.getAttribute('aria-invalid'), 'true');
    await value.fill('');
    await name.fill('customer');
    await search.click();
    await page.getByText('A value is missing').waitFor();
    await assertLooksRight(page, 'deliveries-half-a-pair');
    assert.match(page.url(), /deliveries\?webhook_id=[^&]+$/);
    await value.fill('42');
    await search.click();
    await page.waitForURL(/webhook_id=[^&]+&metadata\.customer=42$/);
    await webhook.fill('nobody');
    await search.click();
    await page.getByText('No webhook is called "nobody".').waitFor();
    assert.equal(await webhook.inputValue(), 'nobody');
    await webhook.fill('bill');
    await page.getByRole('option', { name: 'Billing' }).click();
    await page.waitForURL((url) => url.hash.includes(billing.id));
    await webhook.fill('nobody');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.waitForURL(/deliveries$/);
    assert.equal(await webhook.inputValue(), '');
    assert.deepEqual(faults, []);
  });

  test('a filter that is wrong → the API’s words, and the form to repair it', async (t) => {
    const { page, goTo } = await openWithWebhooks(t);
    await goTo('deliveries?event_id=x');
    await page.getByRole('alert').getByText('event_id').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByText('No delivery matches.').waitFor();
    assert.equal(await page.getByRole('link', { name: 'look among events' }).count(), 0);
    await page.goto(`${page.url().split('#')[0]}#/deliveries?metadata.order=1042`);
    await page.getByRole('link', { name: 'look among events' }).click();
    await page.waitForURL('**/#/events?metadata.order=1042');
  });

  test('a delivery posted by hand → its page, with what was sent', async (t) => {
    const { page, faults, receiver, goTo } = await openWithWebhooks(t);
    await goTo('deliveries');
    await page.getByRole('button', { name: 'Post a delivery' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Webhook' }).pressSequentially('ord');
    await dialog.getByRole('option', { name: 'Orders' }).click();
    await dialog.getByLabel('Payload').fill('by hand');
    await dialog.getByRole('button', { name: 'Post it' }).click();
    await page.getByText('It has arrived').waitFor();
    assert.equal(receiver.received[0]?.body, 'by hand');
    assert.deepEqual(faults, []);
  });
});
