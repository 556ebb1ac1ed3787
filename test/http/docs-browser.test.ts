import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { keepScreenshot, openBrowser, withoutChromium } from '../setup/chromium.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi, type Api } from '../setup/service.ts';

suite('the documentation page in Chromium', { skip: withoutChromium }, () => {
  test('opened → it loads without a fault, from its own server alone, and an operation can be tried', async (t) => {
    const api = await startApi(t, await freshDatabase(t));
    await api.createWebhook({ name: 'Seen in the browser' });
    const { page, faults } = await openPage(t, api);

    const operation = page.locator('#operations-Webhooks-listWebhooks');
    await tryOut(page, 'Webhooks', 'listWebhooks');
    const answer = operation.locator('.live-responses-table');
    await answer.getByText('Seen in the browser').waitFor();
    assert.equal(
      (await answer.locator('tr.response .response-col_status').first().innerText()).trim(),
      '200',
    );

    await tryOut(page, 'Webhooks', 'createWebhook');
    await page
      .locator('#operations-Webhooks-createWebhook .live-responses-table')
      .getByText('201')
      .first()
      .waitFor();
    const { body } = await api.call('GET', '/webhooks');
    assert.equal((body as { webhooks: unknown[] }).webhooks.length, 2);
    assert.deepEqual(faults, []);
    await keepScreenshot(page, 'tried');
  });

  test('the operations of events, one after the other as the page fills them in → each does what it says', async (t) => {
    const api = await startApi(t, await freshDatabase(t));
    await api.createWebhook({ event_types: ['order.*'] });
    const { page, faults } = await openPage(t, api);
    const tried = [
      ['Event_types', 'createEventType', '201'],
      ['Event_types', 'patchEventType', '200'],
      ['Event_types', 'importEventTypes', '200'],
      ['Events', 'createEvent', '201'],
      ['Events', 'createEvents', '201'],
      ['Events', 'listEvents', '200'],
    ] as const;
    for (const [tag, operationId, status] of tried) {
      await tryOut(page, tag, operationId);
      const answer = page.locator(`#operations-${tag}-${operationId} .live-responses-table`);
      const shown = answer.locator('tr.response .response-col_status').first();
      assert.equal((await shown.innerText()).trim(), status, operationId);
    }
    const { events } = (await api.call('GET', '/events')).body as { events: unknown[] };
    assert.equal(events.length, 3);
    const list = page.locator('#operations-Events-listEvents .live-responses-table');
    await list.getByText('"deliveries": 1').first().waitFor();
    assert.deepEqual(faults, []);
    await keepScreenshot(page, 'events');
  });

  test('an API that asks for a key → 401 without one; with one, given under Authorize, 200', async (t) => {
    const key = 'a-key-for-the-browser';
    const api = await startApi(t, await freshDatabase(t), {
      apiKeyDigests: [createHash('sha256').update(key).digest('hex')],
    });
    const { page, faults } = await openPage(t, api);
    await tryOut(page, 'Webhooks', 'listWebhooks');
    const answer = page.locator('#operations-Webhooks-listWebhooks .live-responses-table');
    await answer.getByText('unauthorized').first().waitFor();

    await page.locator('.auth-wrapper .authorize').first().click();
    await page.locator('.auth-container input').fill(key);
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.auth-btn-wrapper .btn-done').click();
    await page.locator('#operations-Webhooks-listWebhooks .execute').click();
    await answer.getByText('"webhooks"').first().waitFor();
    await keepScreenshot(page, 'authorized');
    // Chromium notes the 401 on its console, as it should be.
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('401')),
      [],
    );
  });
});

async function openPage(t: TestContext, api: Api): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await openBrowser(t, api.url);
  await page.goto(`${api.url}/swagger/index.html`);
  await page.getByRole('heading', { name: 'Postmand API' }).waitFor();
  return { page, faults };
}

async function tryOut(page: Page, tag: string, operationId: string): Promise<void> {
  const operation = page.locator(`#operations-${tag}-${operationId}`);
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('.try-out__btn').click();
  await operation.locator('.execute').click();
}
