import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { postmand, type Command } from '../setup/command.ts';
import { exitStatus } from '../setup/exit-status.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { until } from '../setup/until.ts';
import { openLine } from '../journey/line.ts';

const SIGNATURE = '3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9';
const BODY = '{"success": true}';

/** `postmand listen` on a free port. */
async function startListen(
  t: Cleanup,
  ...options: string[]
): Promise<{ command: Command; url: string }> {
  const command = postmand(t, ['listen', '--port', '0', ...options]);
  const [, url = ''] = await until('it listens', () =>
    /^Listening on (\S+), any path\./.exec(command.output.stdout),
  );
  return { command, url };
}

const post = async (url: string, signature?: string, body = BODY) =>
  (
    await fetch(url, {
      method: 'POST',
      body,
      headers: signature === undefined ? {} : { 'X-Hub-Signature': signature },
    })
  ).status;

suite('postmand listen', { concurrency: 2 }, () => {
  test('requests → shown one by one, without colours where nobody sees them, and Ctrl-C ends it with their number', async (t) => {
    const { command, url } = await startListen(t);
    assert.equal(await post(`${url}/orders?a=b`), 200);
    assert.equal(await post(`${url}/orders?a=b`, SIGNATURE), 200);
    assert.deepEqual(await command.end('SIGINT'), { code: 0, signal: null });
    assert.match(
      command.output.stdout,
      /#1 {2}\d\d:\d\d:\d\d {2}POST \/orders\?a=b {2}text\/plain;charset=UTF-8 {2}17 bytes {2}not signed {2}→ 200\n/,
    );
    assert.match(
      command.output.stdout,
      /#2 .* signed, not checked \(--secret checks it\) {2}→ 200 {2}seen 2 times\n {4}\{"success": true\}\n/,
    );
    assert.match(command.output.stdout, /\n2 requests\.\n$/);
    assert.ok(!command.output.stdout.includes('\u001b'));
    assert.equal(command.output.stderr, '');
  });

  test('--secret → a genuine signature gets 200, a wrong one and none 401', async (t) => {
    const { command, url } = await startListen(t, '--secret', 'my-secret-token');
    assert.deepEqual(
      [await post(url, SIGNATURE), await post(url, SIGNATURE.replace('3', '4')), await post(url)],
      [200, 401, 401],
    );
    assert.deepEqual([await post(url, SIGNATURE.slice(1)), await post(url, 'ä')], [401, 401]);
    for (const words of ['genuine', 'WRONG', 'MISSING'])
      assert.ok(command.output.stdout.includes(`signature ${words}`));
  });

  test('--fail 2 --status 204 → each request fails twice, then gets 204', async (t) => {
    const { url } = await startListen(t, '--fail', '2', '--status', '204', '--fail-status', '503');
    const statuses = [];
    for (const body of ['a', 'b', 'a', 'a', 'b', 'b', 'a'])
      statuses.push(await post(url, undefined, body));
    assert.deepEqual(statuses, [503, 503, 503, 204, 503, 204, 503]);
  });

  test('--delay 300ms → the request shows at once, the answer comes later', async (t) => {
    const { command, url } = await startListen(t, '--delay', '300ms');
    const startedAt = performance.now();
    let answered = false;
    const answer = post(url).finally(() => (answered = true));
    await until('it is shown', () => command.output.stdout.includes('#1'));
    assert.equal(answered, false);
    assert.equal(await answer, 200);
    assert.ok(performance.now() - startedAt >= 295);
  });

  test('a sender that does not wait for the answer → the output says so', async (t) => {
    const { command, url } = await startListen(t, '--delay', '10s');
    const gone = new AbortController();
    const answer = fetch(url, { method: 'POST', body: BODY, signal: gone.signal });
    await until('it is shown', () => command.output.stdout.includes('#1'));
    gone.abort();
    await assert.rejects(answer);
    await until('it is said', () =>
      command.output.stdout.includes('#1  the sender hung up before it had the answer\n'),
    );

    const cut = assert.rejects(fetch(url, { method: 'POST', body: BODY }));
    await until('the next is shown', () => command.output.stdout.includes('#2'));
    await command.end('SIGINT');
    await cut;
    assert.ok(!command.output.stdout.includes('#2  the sender hung up'), 'it was us who hung up');
  });

  test('a delivery of Postmand → its signature is genuine, and the attempt has the answer', async (t) => {
    const line = await openLine(t);
    const { command, url } = await startListen(t, '--secret', 'my-secret-token', '--fail', '1');
    await line.startWorker();
    const webhook = await line.api.createWebhook({ url: `${url}/orders` });
    const delivery = await line.api.createDelivery(webhook.id, BODY);
    assert.equal((await line.api.settled(delivery.id)).status, 'succeeded');
    const attempts = await line.api.attempts(delivery.id);
    assert.deepEqual(
      attempts.map(({ response_status_code }) => response_status_code),
      [500, 200],
    );
    assert.match(command.output.stdout, /#2 .*signature genuine {2}→ 200 {2}seen 2 times/);
  });

  test('a delivery with the standard signatures → genuine by the token, and by the public key', async (t) => {
    const line = await openLine(t);
    const signatures: ['standard', 'standard_ed25519'] = ['standard', 'standard_ed25519'];
    const webhook = await line.api.createWebhook({ active: false, signatures });
    for (const secret of [webhook.secret_token, webhook.public_key ?? '']) {
      const { command, url } = await startListen(t, '--secret', secret);
      const replaced = { ...webhook, url, active: true };
      assert.equal((await line.api.call('PUT', `/webhooks/${webhook.id}`, replaced)).status, 200);
      if (secret === webhook.secret_token) await line.startWorker();
      const delivery = await line.api.createDelivery(webhook.id, BODY);
      assert.equal((await line.api.settled(delivery.id)).status, 'succeeded');
      assert.match(command.output.stdout, /#1 .*signature genuine {2}→ 200/);
    }
  });

  for (const host of ['192.0.2.1', 'nowhere.invalid']) {
    test(`${host}, which is not an address of this machine → exit 1 and the flag to use`, async (t) => {
      const command = postmand(t, ['listen', '--host', host]);
      assert.equal(await exitStatus(command), 1);
      assert.match(
        command.output.stderr,
        new RegExp(
          `^postmand: Cannot listen at ${host}: .* Choose another address with --host\\.\n$`,
        ),
      );
    });
  }

  test('a port that is taken → exit 1 and the flag to use', async (t) => {
    const receiver = await startReceiver(t);
    const command = postmand(t, ['listen', '--port', new URL(receiver.url).port]);
    assert.equal(await exitStatus(command), 1);
    assert.match(
      command.output.stderr,
      /^postmand: Port \d+ is already in use at 127\.0\.0\.1\. Choose another one with --port\.\n$/,
    );
  });

  const FAULTS: [flag: string, value: string][] = [
    ['--port', '65536'],
    ['--port', 'http'],
    ['--status', '99'],
    ['--fail', '-1'],
    ['--fail', 'two'],
    ['--fail-status', '600'],
    ['--delay', 'soon'],
    ['--secret', ''],
  ];
  for (const [flag, value] of FAULTS) {
    test(`${flag} ${value} → exit 2, and stderr names the flag and its possible values`, async (t) => {
      const command = postmand(t, ['listen', flag, value]);
      assert.equal(await exitStatus(command), 2);
      assert.match(
        command.output.stderr,
        new RegExp(
          `^error: option '${flag} .*' argument '${value}' is invalid\\. It must (not )?be `,
        ),
      );
    });
  }
});
