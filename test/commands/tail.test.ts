import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { suite, test } from 'node:test';
import type { Attempt } from '../../src/attempts/attempt.ts';
import { postmand, ROOT } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { freePort } from '../setup/free-port.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { apiAt } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { following, lines, linesOf, startService } from './following.ts';
import { ending, startServer } from './processes.ts';

suite('postmand tail', { concurrency: 2 }, () => {
  test('attempts → a line each with its number and what follows; Ctrl-C → exit 0', async (t) => {
    const { api, receiver } = await startService(t);
    receiver.answerWith(({ path }, response, number) => {
      response.statusCode = path === '/down' || number === 1 ? 503 : 200;
      response.end();
    });
    const webhooks = [
      { url: `${receiver.url}/up`, name: 'Order\u001b events' },
      { url: `${receiver.url}/down`, retry_min_backoff: 600, retry_max_backoff: 600 },
      { max_delivery_attempts: 1 },
    ];
    const [up, down, refused] = await Promise.all(webhooks.map((one) => api.createWebhook(one)));
    const send = (webhook = up) => api.createDelivery(webhook?.id ?? '');
    await api.settled((await send(refused)).id);
    const tail = await following(t, api, 'tail');
    const retried = await send(up);
    await until('it is answered', () => receiver.received.length > 0);
    const [waiting, failed] = [await send(down), await send(refused)];
    const shown = await lines(tail, 4);
    const clock = String.raw`\d\d:\d\d:\d\d`;
    const LINES = [
      String.raw`Order\\u001b events +${retried.id}  #1    503 +\d+ ms  (next at|tried again)`,
      String.raw`Order\\u001b events +${retried.id}  #2    200 +\d+ ms  succeeded$`,
      String.raw`a webhook +${waiting.id}  #1    503 +\d+ ms  next at ${clock}$`,
      String.raw`a webhook +${failed.id}  #1    --- +\d+ ms  connection refused  failed for good: attempts$`,
    ];
    for (const line of LINES) {
      const pattern = new RegExp(`^${clock}  ${line}`);
      assert.equal(shown.filter((one) => pattern.test(one)).length, 1, line);
    }
    assert.deepEqual(await tail.end('SIGINT'), { code: 0, signal: null });
    assert.equal(linesOf(tail).length, 4);
  });

  test('many at once → each is shown once', async (t) => {
    const { api, receiver } = await startService(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const tail = await following(t, api, 'tail', '--json', '--webhook', webhook.id);
    const deliveries = Array.from({ length: 500 }, () => ({
      webhook_id: webhook.id,
      payload: '{}',
    }));
    for (let i = 0; i < 2; i++)
      assert.equal((await api.call('POST', '/deliveries/batch', { deliveries })).status, 201);
    const shown = await lines(tail, 1000);
    const ids = new Set(shown.map((line) => (JSON.parse(line) as Attempt).delivery_id));
    await tail.end();
    assert.deepEqual([ids.size, linesOf(tail).length], [1000, 1000]);
    assert.doesNotMatch(tail.output.stderr, /left out/);
  });

  test('filters → those that match all of them; --json → the attempts as the API answers', async (t) => {
    const { api, receiver } = await startService(t);
    await api.call('POST', '/event-types', { name: 'order.paid' });
    await api.call('POST', '/event-types', { name: 'order.sent' });
    const limits = { max_delivery_attempts: 1, url: receiver.url };
    const webhook = await api.createWebhook({ ...limits, event_types: ['order.*'] });
    const other = await api.createWebhook({ ...limits, url: 'http://127.0.0.1:9/' });
    receiver.answerWith(({ body }, response) => {
      response.statusCode = body === 'bad' ? 500 : 200;
      response.end();
    });
    const good = await api.createDelivery(webhook.id, 'good');
    const bad = await api.createDelivery(webhook.id, 'bad');
    const refused = await api.createDelivery(other.id);
    for (const type of ['order.paid', 'order.sent'])
      assert.equal((await api.call('POST', '/events', { type, payload: type })).status, 201);
    const all = async () =>
      (await api.call('GET', '/delivery-attempts')).body.delivery_attempts as Attempt[];
    await until('all are recorded', async () => (await all()).length === 5);
    const of = (ids: string[]) => async () =>
      (await all()).filter(({ delivery_id }) => ids.includes(delivery_id)).map(({ id }) => id);
    const paid = async () =>
      (await all())
        .filter(({ raw_request }) => raw_request.endsWith('order.paid'))
        .map(({ id }) => id);

    const FILTERS: [args: string[], expected: () => Promise<string[]>][] = [
      [['--failed'], of([bad.id, refused.id])],
      [['--failed', '--webhook', webhook.id], of([bad.id])],
      [['--succeeded', '--delivery', good.id], of([good.id])],
      [['--status', '5xx,none'], of([bad.id, refused.id])],
      [['--status', '500', '--failed'], of([bad.id])],
      [['--event-type', 'order.paid,invoice.**'], paid],
    ];
    for (const [args, expected] of FILTERS) {
      const tail = await following(t, api, 'tail', '--since', '1h', '--json', ...args);
      const ids = await expected();
      const shown = (await lines(tail, ids.length)).map((line) => JSON.parse(line) as Attempt);
      await tail.end('SIGTERM');
      assert.deepEqual(shown.map(({ id }) => id).toSorted(), ids.toSorted(), args.join(' '));
      const [{ webhook_name, attempt_number, delivery_status, ...rest }] = shown as unknown as [
        Attempt & Record<string, unknown>,
      ];
      assert.deepEqual([webhook_name, attempt_number], ['a webhook', 1]);
      assert.equal(delivery_status, rest.success ? 'succeeded' : 'failed');
      const { body } = await api.call('GET', `/delivery-attempts/${rest.id}`);
      for (const [member, value] of Object.entries(body as object))
        assert.deepEqual((rest as Record<string, unknown>)[member], value);
    }
  });

  test('the server is away for a while → said once, and what came meanwhile is shown', async (t) => {
    const database = await freshDatabase(t);
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const { server } = await startServer(t, database, { POSTMAND_HTTP_PORT: port });
    const tail = await following(t, apiAt(url), 'tail', '--json');
    const [webhookId = ''] = await addWebhookRows(database.pool, [{}]);
    const [deliveryId = ''] = await addDeliveryRows(database.pool, [{ webhookId, attempts: 4 }]);
    const record = () => addAttemptRows(database.pool, [{ webhookId, deliveryId }]);
    const ids = await record();
    await lines(tail, 1);
    await server.end('SIGKILL');
    await until('it is said', () => tail.output.stderr.includes('cannot reach'));
    ids.push(...(await record()), ...(await record()));
    await startServer(t, database, { POSTMAND_HTTP_PORT: port });
    await lines(tail, 3);
    ids.push(...(await record()));
    const shown = (await lines(tail, 4)).map((line) => (JSON.parse(line) as Attempt).id);
    assert.deepEqual(shown, ids);
    assert.match(tail.output.stderr, /asked again and again\.\nThe server answers again\.\n$/);
  });

  test('a reader of a pipe that goes away → exit 0', async (t) => {
    const database = await freshDatabase(t);
    const { api } = await startServer(t, database);
    const [webhookId = ''] = await addWebhookRows(database.pool, [{}]);
    const [deliveryId = ''] = await addDeliveryRows(database.pool, [{ webhookId, attempts: 1 }]);
    const record = () => addAttemptRows(database.pool, [{ webhookId, deliveryId }]);
    await record();
    const script = `"$@" | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const program = [process.execPath, path.join(ROOT, 'src/postmand.js'), 'tail', '--since', '1h'];
    const child = spawn('bash', ['-c', script, 'bash', ...program], {
      env: { PATH: process.env['PATH'], POSTMAND_API_URL: api.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await until('a line', () => output.includes('\n'), 60_000);
    // It learns that nobody reads when it writes.
    await record();
    await ended;
    assert.match(output, /a webhook.*\n0\n$/);
  });

  test('no server, a wrong key, ids that nobody has → exit 1 that says what to do', async (t) => {
    const database = await freshDatabase(t);
    const key = 'a-key-0123456789abcdef';
    const { api } = await startServer(t, database, { POSTMAND_API_KEYS: key });
    const unknown = randomUUID();
    const CASES: [args: string[], env: Record<string, string>, message: RegExp][] = [
      [
        [],
        { POSTMAND_API_URL: 'http://127.0.0.1:9' },
        /cannot reach .*POSTMAND_API_URL says where/,
      ],
      [[], { POSTMAND_API_URL: api.url }, /asks for a key\. Set POSTMAND_API_KEY/],
      [
        ['--webhook', unknown],
        { POSTMAND_API_URL: api.url, POSTMAND_API_KEY: key },
        new RegExp(`^postmand: There is no webhook ${unknown}\\.\n$`),
      ],
      [
        ['--delivery', unknown],
        { POSTMAND_API_URL: api.url, POSTMAND_API_KEY: key },
        new RegExp(`^postmand: There is no delivery ${unknown}\\.\n$`),
      ],
    ];
    for (const [args, env, message] of CASES) {
      const tail = postmand(t, ['tail', ...args], { env });
      assert.equal((await ending(tail, 30_000)).code, 1);
      assert.match(tail.output.stderr, message);
    }
  });
});
