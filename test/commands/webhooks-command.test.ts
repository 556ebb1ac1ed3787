import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { asking } from './asking.ts';

suite('postmand webhooks', { concurrency: 2 }, () => {
  test('list → a line each by name, and filters choose among them', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    assert.equal((await ask('webhooks')).stdout, 'There are no such webhooks.\n');
    const orders = await api.createWebhook({ name: 'Orders' });
    await api.createWebhook({ name: 'Invoices', active: false });
    const [all, inactive, named, one] = await Promise.all([
      ask('webhooks'),
      ask('webhooks', 'list', '--state', 'inactive'),
      ask('webhooks', '--name', 'ORD', '--json'),
      ask('webhooks', '--limit', '1'),
    ]);
    assert.match(
      all.stdout,
      /^NAME +STATE +HELD +URL +ID\nInvoices +inactive .*\nOrders +no attempt yet /,
    );
    assert.match(inactive.stdout, /^NAME.*\nInvoices .*\n$/);
    assert.equal((JSON.parse(named.stdout) as { id: string }).id, orders.id);
    assert.equal(one.stdout.split('\n').length, 3);
    assert.equal(one.stderr, 'There are more webhooks: --limit shows more than 1.\n');
  });

  test('show, pause, resume, activate → by name; each says what it did', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    const { id } = await api.createWebhook({ name: 'Orders', secret_token: 'geheim-geheim' });
    const paused = await ask('webhooks', 'pause', 'orders', '--for', '30m');
    assert.match(paused.stdout, /^"Orders" \(.*\) is paused until .* \(in (29|30) min/);
    const shown = await ask('webhooks', 'show', 'Orders');
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^It is paused until .*\n→ To send at once, resume it\.\n/);
    assert.match(shown.stdout, new RegExp(`^→ postmand webhooks resume ${id}$`, 'm'));
    assert.ok(!shown.stdout.includes('geheim'));
    assert.match((await ask('webhooks', 'resume', id)).stdout, /is not paused\.\n$/);
    await api.call('PATCH', `/webhooks/${id}`, { active: false });
    assert.match((await ask('webhooks', 'show', id)).stdout, /^It is inactive/);
    assert.match((await ask('webhooks', 'activate', id)).stdout, /is active\.\n$/);
    const document = JSON.parse((await ask('webhooks', 'show', id, '--json')).stdout);
    assert.deepEqual(document, (await api.call('GET', `/webhooks/${id}`)).body);
  });

  test('test → whether it arrived is told, and the exit status says so', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    await startWorkerHere(t, database);
    const ask = asking(t, api);
    const receiver = await startReceiver(t);
    await api.createWebhook({ name: 'Good', url: receiver.url });
    await api.createWebhook({ name: 'Bad', url: 'http://127.0.0.1:9/' });
    const [good, bad] = await Promise.all([
      ask('webhooks', 'test', 'Good', '--payload', '{"a":1}'),
      ask('webhooks', 'test', 'Bad'),
    ]);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /answered with 200 after \d+ ms\. The test has arrived\.\n$/);
    assert.deepEqual(
      receiver.received.map(({ body }) => body),
      ['{"a":1}'],
    );
    assert.equal(bad.code, 1);
    assert.match(
      bad.stderr,
      /^postmand: The test .* has failed because the connection was refused/,
    );
  });

  test('names that are unknown, or of several → exit 1 that helps', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    const ids = [
      (await api.createWebhook({ name: 'Twin' })).id,
      (await api.createWebhook({ name: 'Twin' })).id,
    ];
    const unknown = randomUUID();
    const [none, twin, gone, noState] = await Promise.all([
      ask('webhooks', 'show', 'Nobody'),
      ask('webhooks', 'show', 'twin'),
      ask('webhooks', 'show', unknown),
      ask('webhooks', '--state', 'ill'),
    ]);
    assert.match(none.stderr, /^postmand: No webhook has the name "Nobody"/);
    assert.match(twin.stderr, /^postmand: 2 webhooks have the name "twin"\. Use an id: /);
    for (const id of ids) assert.ok(twin.stderr.includes(id));
    assert.equal(gone.stderr, `postmand: There is no webhook ${unknown}.\n`);
    assert.deepEqual([none.code, twin.code, gone.code, noState.code], [1, 1, 1, 2]);
  });
});
