import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { suite, test } from 'node:test';
import { verifySignature, verifyWebhook } from '../../sdk/typescript/dist/index.js';
import { ROOT } from '../setup/command.ts';
import { lastFirst } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { following, lines, startService } from './following.ts';

const BODY = '{"grüße": "\r\n\r\n", "n":  1.0}\n';

suite('postmand forward', { concurrency: 2 }, () => {
  test('nobody listens at the real URL → the laptop gets the same request, its signatures hold', async (t) => {
    const { api, receiver } = await startService(t);
    const webhook = await api.createWebhook({
      ...{ url: 'http://127.0.0.1:9/hooks/orders?a=1', content_type: 'application/vnd.order+json' },
      ...{ signatures: ['hub', 'standard'], headers: { 'X-Tenant': 'geheim' } },
      auth: { type: 'bearer', token: 'auch-geheim' },
    });
    const args = ['forward', '--webhook', webhook.id, '--to'];
    const [own, whole] = await Promise.all([
      following(t, api, ...args, `${receiver.url}/local?b=2`),
      following(t, api, ...args, receiver.url, '--json'),
    ]);
    const startMs = performance.now();
    const delivery = await api.createDelivery(webhook.id, BODY);
    const [one] = await receiver.count(2);
    t.diagnostic(`forwarded after ${Math.round((one?.at ?? 0) - startMs)} ms`);

    const paths = receiver.received.map(({ path }) => path).toSorted();
    assert.deepEqual(paths, ['/hooks/orders?a=1', '/local?b=2']);
    for (const { method, headers, body } of receiver.received) {
      assert.equal(method, 'POST');
      assert.equal(body, BODY);
      assert.equal(headers.host, new URL(receiver.url).host);
      assert.equal(headers['content-type'], 'application/vnd.order+json');
      assert.equal(headers['user-agent'], 'postmand');
      assert.equal(headers['content-length'], String(Buffer.byteLength(BODY)));
      assert.equal(headers.authorization, undefined);
      assert.equal(headers['x-tenant'], undefined);
      const secret = webhook.secret_token;
      const signature = String(headers['x-hub-signature']);
      assert.ok(await verifySignature(body, signature, secret));
      assert.ok(await verifyWebhook({ body, headers, secret }));
    }
    const [line] = await lines(own, 1);
    assert.match(
      line ?? '',
      new RegExp(`^[\\d:]{8}  ${delivery.id}  POST ${receiver.url}/local\\?b=2  → 200  \\d+ ms$`),
    );
    const [json = ''] = await lines(whole, 1);
    const { at, delivery_attempt_id, duration_ms, ...rest } = JSON.parse(json);
    assert.deepEqual(rest, {
      delivery_id: delivery.id,
      ...{ method: 'POST', url: `${receiver.url}/hooks/orders?a=1` },
      ...{ status: 200, error: null, again: false },
    });
    assert.ok(Date.parse(at) > 0 && duration_ms >= 0 && delivery_attempt_id.length === 36);
    assert.equal(own.output.stderr.split('Left out').length, 2);
    assert.match(own.output.stderr, /conceals what they say: Authorization, X-Tenant\./);
    assert.deepEqual(await own.end('SIGINT'), { code: 0, signal: null });
  });

  test('retries → left out unless --every-attempt; redelivered → sent again', async (t) => {
    const { api, receiver } = await startService(t);
    const laptop = await startReceiver(t);
    receiver.answerWith((_request, response, number) => {
      response.statusCode = number < 3 ? 500 : 200;
      response.end();
    });
    const webhook = await api.createWebhook({ url: receiver.url });
    const args = ['forward', '--webhook', webhook.id, '--to'];
    const [first, every] = await Promise.all([
      following(t, api, ...args, `${laptop.url}/first`),
      following(t, api, ...args, `${laptop.url}/every`, '--every-attempt'),
    ]);
    const delivery = await api.createDelivery(webhook.id);
    await api.settled(delivery.id);
    await lines(every, 3);
    await lines(first, 1);
    assert.equal((await api.call('POST', `/deliveries/${delivery.id}/redeliver`)).status, 200);
    await lines(every, 4);
    await lines(first, 2);
    const sentTo = (path: string) => laptop.received.filter((one) => one.path === path).length;
    assert.deepEqual([sentTo('/first'), sentTo('/every')], [2, 4]);
  });

  test('nobody listens on the laptop → a line that says so, and it goes on', async (t) => {
    const { api, receiver } = await startService(t);
    const laptop = await startReceiver(t, (_request, response) => response.destroy());
    const webhook = await api.createWebhook({ url: receiver.url, active: false });
    const forward = await following(t, api, 'forward', '--webhook', webhook.id, '--to', laptop.url);
    assert.match(forward.output.stderr, /It is not active: nothing is sent to it/);
    await api.call('PATCH', `/webhooks/${webhook.id}`, { active: true });
    await api.createDelivery(webhook.id);
    assert.match((await lines(forward, 1))[0] ?? '', /→ connection (reset|closed)/);
    laptop.answerWith((_request, response) => response.writeHead(422).end());
    await api.createDelivery(webhook.id);
    assert.match((await lines(forward, 2))[1] ?? '', /→ 422 /);
  });

  test(
    'r on a terminal → the last one is sent again; Ctrl-C → the terminal is as before',
    { skip: process.platform !== 'linux' },
    async (t) => {
      const { api, receiver } = await startService(t);
      const webhook = await api.createWebhook();
      const program = [process.execPath, path.join(ROOT, 'src/postmand.js'), 'forward'];
      const args = ['--webhook', webhook.id, '--to', receiver.url];
      const command = `${[...program, ...args].join(' ')}; echo "status $?"; stty -a`;
      const child = spawn('sh', ['-c', 'exec script -qec "$1" /dev/null', 'sh', command], {
        env: { PATH: process.env['PATH'], POSTMAND_API_URL: api.url, NO_COLOR: '1' },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      lastFirst(t).after(() => child.kill('SIGKILL'));
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      const shows = (what: string) =>
        until(`${what} in ${output}`, () => output.includes(what), 60_000);
      await shows('r sends the last one again');
      child.stdin.write('r');
      await shows('Nothing was forwarded yet.');
      await api.createDelivery(webhook.id);
      await receiver.count(1);
      child.stdin.write('r');
      await shows('again\r\n');
      const [one, other] = await receiver.count(2);
      assert.deepEqual([other?.body, other?.headers], [one?.body, one?.headers]);
      child.stdin.write('\u0003');
      await shows('status 0');
      await shows('extproc');
      assert.match(output, /\bisig icanon iexten echo\b/);
    },
  );
});
