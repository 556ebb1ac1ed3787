import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { readDashboard } from '../../src/http/dashboard/files.ts';
import { withoutChromium } from '../setup/chromium.ts';
import {
  assertAccessible,
  DASHBOARD_KEY,
  openDashboard,
  openLockedDashboard,
} from '../setup/dashboard.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';

const MAX_BYTES = 150 * 1024;

test('all files of the dashboard → 150 KiB at most, as a browser gets them by HTTPS or from its own machine', async () => {
  const { files } = await readDashboard();
  const sizes = await Promise.all(Array.from(files.values(), (file) => file.as('br')));
  const bytes = sizes.reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes <= MAX_BYTES, `${bytes} bytes`);
});

test('a module as it is served → each line of the source at its place, without types and comments', async () => {
  const { files } = await readDashboard();
  const served = files.get('ui/live.ts')?.text.split('\n') ?? [];
  const source = (await readFile('src/ui/live.ts', 'utf8')).split('\n');
  assert.equal(served.length, source.length);
  const line = source.findIndex((text) => text.includes('export class Live'));
  assert.match(served[line] ?? '', /^export class Live +\{$/);
  assert.doesNotMatch(served.join('\n'), /\/\*\*|^ *\/\//m);
});

test('a server without the dashboard → 404 at /ui/', async (t) => {
  const api = await startApi(t, await freshDatabase(t));
  assert.equal((await fetch(`${api.url}/ui/`)).status, 404);
});

test('its files → compressed for who takes that, kept for ever, and no other path', async (t) => {
  const dashboard = await readDashboard();
  const api = await startApi(t, await freshDatabase(t), { dashboard });
  const main = `${api.url}/ui/${dashboard.version}/ui/main.ts`;
  const zipped = await fetch(main, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-type'), 'text/javascript; charset=utf-8');
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  const shortest = await fetch(main, { headers: { 'Accept-Encoding': 'gzip, br' } });
  assert.equal(shortest.headers.get('content-encoding'), 'br');
  assert.match(zipped.headers.get('cache-control') ?? '', /immutable/);
  const plain = await fetch(main, { headers: { 'Accept-Encoding': 'identity' } });
  assert.equal(plain.headers.get('content-encoding'), null);
  const text = await plain.text();
  assert.equal(await zipped.text(), text);
  assert.equal(await shortest.text(), text);
  for (const other of ['/ui/x', `/ui/${dashboard.version}/..%2f..%2fpackage.json`, '/uix'])
    assert.equal((await fetch(`${api.url}${other}`)).status, 404, other);
  const back = await fetch(`${api.url}/ui`, { redirect: 'manual' });
  assert.equal(back.headers.get('location'), '/ui/');
});

suite('the frame of the dashboard in Chromium', { skip: withoutChromium }, () => {
  test('an API without keys → opened at once, each place by its link, nothing wrong on its console', async (t) => {
    const { page, faults } = await openDashboard(t);
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const name of ['Webhooks', 'Deliveries', 'Events', 'Event types', 'Operations']) {
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
      await assertAccessible(page);
    }
    await page.goBack();
    await page.getByRole('heading', { name: 'Event types', level: 1 }).waitFor();
    assert.deepEqual(faults, []);
  });

  test('a page that cannot be drawn → it says so, and leads on to the others', async (t) => {
    const { page, faults } = await openDashboard(t, 'webhooks');
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
    await page.route('**/v1/attention*', (asked) => asked.fulfill({ json: { items: null } }));
    await page.getByRole('navigation').getByRole('link', { name: 'Attention' }).click();
    await page.getByRole('heading', { name: 'This page cannot be shown' }).waitFor();
    await assertAccessible(page);
    assert.notEqual(faults.length, 0);
    await page.unroute('**/v1/attention*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'What needs attention' }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor();
  });

  test('an API with keys → asks for one, says that one is wrong, opens with the right one and forgets it', async (t) => {
    const { page, faults } = await openLockedDashboard(t);
    const field = page.getByLabel('API key');
    await field.fill('a-key-that-is-wrong');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('does not take this key').waitFor();
    await assertAccessible(page);
    await field.fill(DASHBOARD_KEY);
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByRole('navigation').waitFor();
    const kept = await page.evaluate(
      '[Object.values(sessionStorage), localStorage.length, document.cookie]',
    );
    assert.deepEqual(kept, [[DASHBOARD_KEY], 0, '']);
    await page.reload();
    await page.getByRole('navigation').waitFor();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await field.waitFor();
    assert.deepEqual(
      faults.filter((fault) => !fault.includes('401')),
      [],
    );
  });
});
