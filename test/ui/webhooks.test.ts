import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutChromium } from '../setup/chromium.ts';
import { openDashboard } from '../setup/dashboard.ts';
import { assertLooksRight } from '../setup/looks.ts';
import { until } from '../setup/until.ts';

suite('the list of webhooks', { skip: withoutChromium }, () => {
  test('webhooks in several states → each in words, by name, light, dark and small', async (t) => {
    const { api, page, faults } = await openDashboard(t, 'webhooks');
    await page.getByText('There are no webhooks yet.').waitFor();
    await api.createWebhook({ name: 'Billing', event_types: ['invoice.*', 'order.paid'] });
    const paused = await api.createWebhook({ name: '<i>News</i>', url: 'http://127.0.0.1:9/<x>' });
    await api.call('POST', `/webhooks/${paused.id}/pause`, {});
    await api.createDelivery(paused.id);
    await api.createWebhook({ name: 'Old shop', active: false });
    await page.getByText('Old shop').waitFor();
    assert.deepEqual(await rows(page), [
      '<i>News</i> http://127.0.0.1:9/<x>|paused|–|1',
      'Billing http://127.0.0.1:9/never|no attempt yet|invoice.*, order.paid|0',
      'Old shop http://127.0.0.1:9/never|inactive|–|0',
    ]);
    await assertLooksRight(page, 'webhooks');
    assert.deepEqual(faults, []);
  });

  test('a name and a state → the server filters, and the address keeps it', async (t) => {
    const { api, page, faults } = await openDashboard(t, 'webhooks');
    await api.createWebhook({ name: 'Order events' });
    await api.createWebhook({ name: 'More orders', active: false });
    await api.createWebhook({ name: 'Billing' });
    await page.getByLabel('Name', { exact: true }).pressSequentially('ORDER');
    await page.waitForURL('**/#/webhooks?name=ORDER');
    await names(page, ['More orders', 'Order events']);
    assert.equal(await page.evaluate('document.activeElement.value'), 'ORDER');
    await page.getByRole('combobox', { name: 'State' }).selectOption('inactive');
    await names(page, ['More orders']);
    await page.reload();
    await names(page, ['More orders']);
    assert.equal(await page.getByRole('combobox', { name: 'State' }).inputValue(), 'inactive');
    await page.getByRole('combobox', { name: 'State' }).selectOption('failing');
    await page.getByText('No webhook is like that.').waitFor();
    assert.deepEqual(faults, []);
  });

  test('10,000 webhooks → page by page, and only what is seen is read again', async (t) => {
    const { database, page, faults } = await openDashboard(t);
    await database.pool.query(
      `insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
         max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff,
         created_at, updated_at)
       select gen_random_uuid(), 'webhook ' || lpad(n::text, 5, '0'), 'http://127.0.0.1:9/never',
         'application/json', '{200}', '', true, 3, 5, 1, 2, now(), now()
       from generate_series(1, 10000) n`,
    );
    await page.goto(`${page.url().split('#')[0]}#/webhooks`);
    await page.getByText('webhook 00050').waitFor();
    for (const last of ['webhook 00100', 'webhook 00150']) {
      await page.getByRole('button', { name: 'More webhooks' }).press('Enter');
      await page.getByText(last).waitFor();
    }
    await page.getByText('webhook 00150').scrollIntoViewIfNeeded();
    const place = await page.evaluate('scrollY');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await until('two refreshes', () => asked.length >= 2);
    assert.ok(asked.length <= 4, `${asked.length} requests`);
    assert.ok(asked.every((url) => url.includes('cursor=')));
    assert.equal(await page.evaluate('scrollY'), place);
    assert.equal((await rows(page)).length, 150);
    assert.deepEqual(faults, []);
  });

  test('the box on every page → an id leads to its page, a name to the webhooks', async (t) => {
    const { api, page, faults } = await openDashboard(t, 'operations');
    const webhook = await api.createWebhook({ name: 'Order events' });
    const delivery = await api.createDelivery(webhook.id);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const [text, url] of [
      ['order & more', 'webhooks?name=order+%26+more'],
      [webhook.id.toUpperCase(), `webhooks/${webhook.id}`],
      [delivery.id, `deliveries/${delivery.id}`],
      ['order ev', `webhooks/${webhook.id}`],
      ['order.paid', 'webhooks?name=order.paid'],
    ] as const) {
      await page.keyboard.press('/');
      await page.keyboard.insertText(text);
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/#/${url}`);
      await arrived(page);
      assert.match(await page.title(), /^(Webhooks|Delivery .*) · Postmand$/);
    }
    await page.getByText('Metadata is looked for under').waitFor();
    await assertLooksRight(page, 'webhooks-many');
    await page.getByRole('link', { name: 'deliveries with the ordering key order.paid' }).click();
    await page.waitForURL('**/#/deliveries?ordering_key=order.paid');
    await page.goBack();
    await page.getByRole('link', { name: 'events of the type order.paid' }).click();
    await page.waitForURL('**/#/events?type=order.paid');
    await arrived(page);
    await page.keyboard.press('/');
    await page.keyboard.insertText('3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing has the id 3a6f1c52').waitFor();
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('404')),
      [],
    );
  });
});

/** The page is there, and has the focus. */
const arrived = (page: Page) =>
  until('the focus', () => page.evaluate('document.activeElement.id === "content"'));

/** What the rows say, a column each. */
async function rows(page: Page): Promise<string[]> {
  const lines: string[][] = await page.evaluate(
    '[...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.innerText))',
  );
  const plain = (text: string) => text.replace(/^[✓✕!–] (?=\w)/, '').replaceAll(/\s+/g, ' ');
  return lines.map((cells) => cells.map(plain).join('|'));
}

async function names(page: Page, expected: string[]): Promise<void> {
  await until(expected.join(', '), async () => {
    const found = await page.locator('tbody th a').allInnerTexts();
    return found.join() === expected.join();
  });
}
