import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { asking } from './asking.ts';

suite('postmand send', { concurrency: 2 }, () => {
  test('to a webhook, with --wait → exit 0 once it has arrived, byte for byte', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    await startWorkerHere(t, database);
    const receiver = await startReceiver(t);
    await api.createWebhook({ name: 'Orders', url: receiver.url });
    const folder = await mkdtemp(path.join(tmpdir(), 'postmand-'));
    lastFirst(t).after(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'payload.json');
    await writeFile(file, '\uFEFF{"ä": 1}\r\n');
    const ask = asking(t, api);
    const sent = await ask('send', '--webhook', 'Orders', '--payload', `@${file}`, '--wait');
    assert.equal(sent.code, 0, sent.stderr);
    assert.match(sent.stdout, /^Delivery .* for "Orders" is stored\.\n.*: It has arrived, /);
    assert.deepEqual(
      receiver.received.map(({ body }) => body),
      ['\uFEFF{"ä": 1}\r\n'],
    );
    await writeFile(file, Buffer.from([0xff, 0xfe]));
    const bad = await ask('send', '--webhook', 'Orders', '--payload', `@${file}`);
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /^postmand: Cannot read the payload from/);
  });

  test('as an event, with --wait → each webhook that subscribed is told of', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    await startWorkerHere(t, database);
    const receiver = await startReceiver(t);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    const event_types = ['order.paid'];
    await api.createWebhook({ name: 'Good', url: receiver.url, event_types });
    const url = 'http://127.0.0.1:9/';
    await api.createWebhook({ name: 'Bad', url, event_types, max_delivery_attempts: 1 });
    const sent = await asking(t, api)('send', '--event', 'order.paid', '--wait');
    assert.equal(sent.code, 1);
    assert.match(sent.stdout, /^Event .* is stored, for 2 webhooks\.$/m);
    assert.match(sent.stdout, /: It has arrived, /);
    assert.match(sent.stdout, /: It has failed: .*the connection was refused/);
    assert.equal(sent.stderr, 'postmand: 1 of 2 failed.\n');
  });

  test('as an event that nobody gets → each webhook that wants its type is named, with why', async (t) => {
    const api = await startApi(t, await freshDatabase(t));
    const ask = asking(t, api);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    const none = await ask('send', '--event', 'order.paid');
    assert.match(none.stdout, /^→ No webhook has a pattern in .* that matches order\.paid\.$/m);
    const subscription = { event_types: ['order.*'], filter: { payload: { customer: '42' } } };
    const { id } = await api.createWebhook({ name: 'Picky', ...subscription });
    const sent = await ask('send', '--event', 'order.paid', '--payload', '{"customer":"43"}');
    const why = new RegExp(`^  Picky \\(${id}\\): its \`filter\` does not match payload`, 'm');
    assert.match(sent.stdout, why, sent.stderr);
    const event = /^Event (\S+) is stored/.exec(sent.stdout)?.[1] ?? '';
    assert.match((await ask('events', 'show', event)).stdout, why);
    await api.call('PATCH', `/webhooks/${id}`, { filter: null });
    assert.match((await ask('events', 'show', event)).stdout, /it would get such an event now, so/);
  });

  test('as an event that some get → who else wants its type is named, with the filter', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const ask = asking(t, api);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    await api.createWebhook({ name: 'All', event_types: ['order.*'] });
    const filter = { payload: { amount: { $gte: 100 } } };
    await api.createWebhook({ name: 'Large', event_types: ['order.**'], filter });
    await api.createWebhook({ name: 'Other', event_types: ['invoice.*'] });
    const event = { type: 'order.paid', payload: { amount: 99 } };
    const small = await api.call('POST', '/events', event);
    const { stdout } = await ask('events', 'show', small.body.id);
    assert.match(
      stdout,
      /^It goes to 1 webhook: .*[^]*matches order\.paid, and without a delivery/,
    );
    assert.match(stdout, /^ {2}Large \(.*\): its `filter` does not match/m);
    const words = stdout.replaceAll(/\s+/g, ' ');
    assert.ok(words.includes('or cannot say: {"payload":{"amount":{"$gte":100}}}.'), stdout);
    assert.doesNotMatch(stdout, /^ {2}(All|Other) /m);
    const large = await api.call('POST', '/events', { ...event, payload: { amount: 100 } });
    assert.doesNotMatch((await ask('events', 'show', large.body.id)).stdout, /without a delivery/);
    await api.createWebhook({ name: 'Late', event_types: ['order.paid'] });
    const late = await ask('events', 'show', small.body.id);
    assert.match(late.stdout, /^ {2}Late \(.*\): it was created after this event\./m);
    const none = await ask('deliveries', '--webhook', 'Large', '--event', small.body.id);
    assert.match(none.stdout, /^There are no such deliveries\.\n→ Of an event none is made for/);
    await database.pool.query('update events set deliveries = 101');
    const many = await ask('events', 'show', small.body.id);
    assert.equal(many.code, 0);
    assert.match(many.stderr, /For whom it is not was not looked at/);
  });

  test('nobody sends it → exit 1 after --timeout, with how to go on', async (t) => {
    const database = await freshDatabase(t);
    const api = await startApi(t, database);
    const { id } = await api.createWebhook({ active: false });
    const ask = asking(t, api);
    const sent = await ask('send', '--webhook', id, '--wait', '--timeout', '500ms');
    assert.equal(sent.code, 1);
    assert.match(sent.stdout, /: It waits because its webhook is inactive\./);
    assert.match(sent.stderr, /has not arrived\. What is stored goes on\. To see how: postmand/);
    const json = await ask('send', '--webhook', id, '--wait', '--timeout', '1ms', '--json');
    const { delivery } = JSON.parse(json.stdout) as { delivery: Delivery };
    assert.equal(delivery.held_reason, 'webhook_inactive');
    const made = await ask('send', '--webhook', id, '--metadata', 'a=b', '--json');
    assert.deepEqual((JSON.parse(made.stdout) as Delivery).metadata, { a: 'b' });
  });

  test('what cannot be sent → exit 2 for the flags, 1 for what the API refuses', async (t) => {
    const database = await freshDatabase(t);
    const ask = asking(t, await startApi(t, database));
    assert.equal((await ask('send')).code, 2);
    assert.equal((await ask('send', '--webhook', 'a', '--event', 'b')).code, 2);
    const unknown = await ask('send', '--event', 'order.paid');
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /refused: event type not found/);
  });
});
