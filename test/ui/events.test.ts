import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { withoutChromium } from '../setup/chromium.ts';
import { openWithWebhooks } from '../setup/dashboard-deliveries.ts';
import { assertLooksRight } from '../setup/looks.ts';

suite('events in Chromium', { skip: withoutChromium }, () => {
  test('an event emitted by hand → its page, with each delivery of it', async (t) => {
    const { api, page, faults, orders, billing, goTo } = await openWithWebhooks(t);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    for (const { id } of [orders, billing])
      await api.call('PATCH', `/webhooks/${id}`, { event_types: ['order.*'] });
    await goTo('events');
    await page.getByText('No event matches.').waitFor();
    await page.getByRole('button', { name: 'Emit an event' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Event type').fill('order.paid');
    await dialog.getByLabel('Payload').fill('{"order":9007199254740993}');
    await assertLooksRight(page, 'emit');
    await dialog.getByRole('button', { name: 'Emit it' }).click();
    await page.getByRole('heading', { level: 1, name: 'order.paid' }).waitFor();
    await page.getByText('It goes to 2 webhooks.').waitFor();
    const rows = page.getByRole('table').getByRole('row');
    await rows.filter({ hasText: 'Orders' }).getByText('succeeded').waitFor();
    await rows.filter({ hasText: 'Billing' }).getByText('failed: attempts').waitFor();
    await page.getByText('"order": 9007199254740993').waitFor();
    await assertLooksRight(page, 'event');
    assert.deepEqual(faults, []);
  });

  test('events of two types → those of one, by a link; one with a fault says so', async (t) => {
    const { api, database, page, faults, goTo } = await openWithWebhooks(t);
    for (const name of ['order.paid', 'order.sent']) {
      await api.call('POST', '/event-types', { name });
      await api.call('POST', '/events', { type: name, payload: { order: 1042 } });
    }
    await database.pool.query(
      `set local postmand.open_event_types = on; select postmand.emit('nobody.knows', '{}')`,
    );
    await goTo('events');
    const rows = page.getByRole('row');
    await rows.filter({ hasText: 'nobody.knows' }).getByText('it has a fault').waitFor();
    await assertLooksRight(page, 'events');
    await page.getByLabel('Event type').fill('order.sent');
    await page.getByLabel('Event type').press('Enter');
    await rows.filter({ hasText: 'order.paid' }).waitFor({ state: 'detached' });
    assert.match(page.url(), /type=order\.sent/);
    await rows.filter({ hasText: 'order.sent' }).getByText('nobody').waitFor();
    assert.deepEqual(faults, []);
  });

  test('an event that nobody got → who subscribes to its type now, and why each would miss it', async (t) => {
    const { api, page, faults, orders, billing, goTo } = await openWithWebhooks(t);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    const { body: event } = await api.call('POST', '/events', {
      ...{ type: 'order.paid', payload: { order: 1042 }, metadata: { region: 'eu' } },
    });
    await goTo(`events/${event.id}`);
    await page.getByText('No webhook subscribes to order.paid now').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Webhooks', exact: true }).waitFor();
    await assertLooksRight(page, 'event-nobody');
    await api.call('PATCH', `/webhooks/${orders.id}`, { event_types: ['order.*'] });
    await api.call('PATCH', `/webhooks/${billing.id}`, {
      ...{ event_types: ['order.paid'], filter: { metadata: { region: 'us' } } },
    });
    await page.reload();
    const items = page.getByRole('main').getByRole('listitem');
    await items.filter({ hasText: 'Orders' }).getByText('would get it now').waitFor();
    await items.filter({ hasText: 'Billing' }).getByText('Its filter does not match').waitFor();
    await items.getByRole('link', { name: 'Billing' }).waitFor();
    await assertLooksRight(page, 'event-missed');
    const { body: other } = await api.call('POST', '/events', {
      ...{ type: 'order.paid', payload: { order: 1043 }, metadata: { region: 'eu' } },
    });
    await goTo(`events/${other.id}`);
    await page.getByRole('heading', { name: 'Who does not get it' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Orders' }).waitFor();
    await items.filter({ hasText: 'Billing' }).getByText('{"metadata":{"region":"us"}}').waitFor();
    assert.equal(await items.filter({ hasText: 'Orders' }).count(), 0);
    await assertLooksRight(page, 'event-left-out');
    await api.createWebhook({ name: 'Late', event_types: ['order.paid'] });
    await page.reload();
    await items.filter({ hasText: 'Late' }).getByText('was created after the event').waitFor();
    assert.deepEqual(faults, []);
  });

  test('types taken from a document → told what became of them, and saved as one', async (t) => {
    const { api, page, goTo } = await openWithWebhooks(t);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    await goTo('event-types');
    await page.getByRole('row').filter({ hasText: 'order.paid' }).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const saved = JSON.parse(await readFile(await (await download).path(), 'utf8'));
    assert.deepEqual(Object.keys(saved.webhooks), ['order.paid']);
    saved.webhooks['order.sent'] = saved.webhooks['order.paid'];
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByLabel('Or its text').fill('{');
    await page.getByRole('button', { name: 'Import them' }).click();
    await page.getByText('This is no JSON').waitFor();
    const buffer = Buffer.from(JSON.stringify(saved));
    const file = { name: 'types.json', mimeType: 'application/json', buffer };
    await page.getByLabel('OpenAPI 3.1 document').setInputFiles(file);
    await page.getByRole('button', { name: 'Import them' }).click();
    await page.getByText('1 type created').waitFor();
  });

  test('a type made, changed and archived → what is wrong is told beside its field', async (t) => {
    const { page, faults, goTo } = await openWithWebhooks(t);
    await goTo('event-types');
    await page.getByRole('button', { name: 'New event type' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('order.paid');
    await dialog.getByLabel('JSON Schema of payloads').fill('{"type":');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const schema = dialog.getByLabel('JSON Schema of payloads');
    await dialog.getByText('This is no JSON').waitFor();
    assert.equal(await schema.getAttribute('aria-invalid'), 'true');
    await assertLooksRight(page, 'event-type-form');
    await schema.fill(
      '{"type":"object","required":["order"],"properties":{"order":{"type":"integer"}}}',
    );
    const example = dialog.getByLabel('Example of a payload');
    // Key by key: the focus must not go back to what was wrong.
    await example.pressSequentially('{"order":"x"}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog
      .getByText(/example/)
      .last()
      .waitFor();
    assert.equal(await example.getAttribute('aria-invalid'), 'true');
    await example.fill('{"order":1042}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'order.paid' }).waitFor();
    await assertLooksRight(page, 'event-type');
    await page.getByRole('button', { name: 'Change' }).click();
    await schema.fill('{"type":"object"}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('was removed').waitFor();
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    await page.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('button', { name: 'Archive it' }).click();
    await page.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('order.paid is in use again.').waitFor();
    await page.getByRole('link', { name: 'Event types' }).first().click();
    await page.getByRole('row').filter({ hasText: 'order.paid' }).waitFor();
    await assertLooksRight(page, 'event-types');
    assert.deepEqual(
      faults.filter((fault) => !/status of (400|409)/.test(fault)),
      [],
    );
  });
});
