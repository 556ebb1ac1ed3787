import assert from 'node:assert/strict';
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
    await page.getByRole('link', { name: 'Events', exact: true }).first().click();
    await page.getByRole('row').filter({ hasText: '2 webhooks' }).waitFor();
    await assertLooksRight(page, 'events');
    assert.deepEqual(faults, []);
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
    await dialog.getByLabel('Example of a payload').fill('{"order":"x"}');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog
      .getByText(/example/)
      .last()
      .waitFor();
    await dialog.getByLabel('Example of a payload').fill('{"order":1042}');
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
