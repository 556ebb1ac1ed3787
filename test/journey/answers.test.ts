import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { startRawServer } from '../setup/raw-server.ts';
import { startReceiver } from '../setup/receiver.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { startLine } from './line.ts';

const line = await startLine(wholeFile);
const { api } = line;

suite('answers', { concurrency: true }, () => {
  test('no answer → the attempt ends at the timeout and says so', async (t) => {
    const receiver = await startReceiver(t, () => {});
    const attempt = await failedAttempt(receiver.url, { delivery_attempt_timeout: 1 });
    assert.deepEqual([attempt.response_status_code, attempt.raw_response], [0, '']);
    assert.equal(attempt.error, 'timeout after 1 s');
    assert.ok(
      attempt.execution_duration >= 990 && attempt.execution_duration < 4000,
      `${attempt.execution_duration} ms`,
    );
    assert.match(attempt.raw_request, /^POST \/ HTTP\/1\.1\r\nHost: /);
  });

  test('a body that is never complete → the same, although headers came', async (t) => {
    const receiver = await startReceiver(t, (_request, response) =>
      response.writeHead(200, { 'Content-Length': 10 }).write('half'),
    );
    const attempt = await failedAttempt(receiver.url, { delivery_attempt_timeout: 1 });
    assert.deepEqual([attempt.response_status_code, attempt.raw_response], [0, '']);
    assert.equal(attempt.error, 'timeout after 1 s');
  });

  const BODIES: [when: string, body: Buffer, stored: (text: string) => boolean][] = [
    ['NUL bytes', Buffer.from('a\0b'), (text) => text === 'a\uFFFDb'],
    ['invalid UTF-8', Buffer.from([0x61, 0xff, 0xfe, 0x62]), (text) => text === 'a\uFFFD\uFFFDb'],
    [
      'every byte there is',
      Buffer.from(Array.from({ length: 256 }, (_one, i) => i)),
      (text) => text.length > 128 && !text.includes('\0'),
    ],
    [
      '20 MB',
      Buffer.alloc(20 * 1024 * 1024, 'x'),
      (text) => text === `${'x'.repeat(65_536)}…[cut]`,
    ],
    [
      '20 MB of NUL',
      Buffer.alloc(20 * 1024 * 1024),
      (text) => text === `${'\uFFFD'.repeat(65_536)}…[cut]`,
    ],
    ['exactly 64 KiB', Buffer.alloc(65_536, 'x'), (text) => text === 'x'.repeat(65_536)],
    [
      'unpaired surrogates as UTF-8 bytes',
      Buffer.from([0xed, 0xa0, 0x80]),
      (text) => /^\uFFFD+$/.test(text),
    ],
  ];
  for (const [when, body, stored] of BODIES) {
    test(`a body of ${when} → recorded and settled, and the next delivery follows`, async (t) => {
      const receiver = await startReceiver(t, (_request, response) => response.end(body));
      const webhook = await api.createWebhook({ url: receiver.url });
      for (let i = 0; i < 2; i += 1) {
        const { id } = await api.createDelivery(webhook.id);
        assert.equal((await api.settled(id)).status, 'succeeded');
        const [attempt] = await api.attempts(id);
        const text = attempt?.raw_response.split('\r\n\r\n').slice(1).join('\r\n\r\n') ?? '';
        assert.ok(stored(text), JSON.stringify(text.slice(0, 300)));
      }
      assert.equal(receiver.received.length, 2);
      assert.deepEqual(line.errors(), []);
    });
  }

  test('headers with other characters than ASCII → recorded', async (t) => {
    const server = await startRawServer(t, (socket) =>
      socket.write(
        Buffer.from(
          'HTTP/1.1 200 \xfcberall\r\nX-A: \xe9\xff\r\nContent-Length: 0\r\n\r\n',
          'latin1',
        ),
      ),
    );
    const webhook = await api.createWebhook({ url: server.url });
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    const [attempt] = await api.attempts(id);
    assert.match(
      attempt?.raw_response ?? '',
      /^HTTP\/1\.1 200 .*\r\nContent-Length: 0\r\nX-A: .+\r\n\r\n$/,
    );
  });

  test('101, a flood of headers, an answer that is not HTTP → failed attempts that say why', async (t) => {
    const answers: [string, RegExp][] = [
      [
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
        /switched protocols/,
      ],
      [`HTTP/1.1 200 OK\r\nA: ${'x'.repeat(100_000)}\r\n\r\n`, /headers too large/],
      ['220 mail.example.com ESMTP\r\n', /not valid HTTP/],
    ];
    for (const [answer, error] of answers) {
      const server = await startRawServer(t, (socket) => socket.write(answer));
      assert.match((await failedAttempt(server.url)).error, error);
    }
    assert.deepEqual(line.errors(), []);
  });
});

async function failedAttempt(url: string, settings = {}) {
  const webhook = await api.createWebhook({ url, max_delivery_attempts: 1, ...settings });
  const { id } = await api.createDelivery(webhook.id);
  assert.equal((await api.settled(id)).status, 'failed');
  const [attempt] = await api.attempts(id);
  assert.ok(attempt);
  assert.equal(attempt.success, false);
  return attempt;
}
