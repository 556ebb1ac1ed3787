import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import { startRawServer } from '../setup/raw-server.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { startLine } from './line.ts';

const { api } = await startLine(wholeFile);

suite('payload', { concurrency: true }, () => {
  const PAYLOADS: [when: string, payload: string][] = [
    ['empty', ''],
    ['JSON with other spacing and key order', '{ "b":1,\n\t"a" :  [ ] }\n'],
    ['scripts and emoji', 'Zoë ☃ 漢字 العربية 😀👩‍👩‍👧'],
    ['composed and decomposed letters, kept apart', '\u00e9 e\u0301'],
    ['control characters and line ends', '\u0001\t\r\n\n\r\u007f\u0085\u2028\u2029'],
    ['a byte order mark, noncharacters and U+FFFD', '\uFEFFa\uFFFE\uFFFF\uFFFD\u{10FFFF}'],
    ['what looks like the end of a request', '\r\n\r\nGET / HTTP/1.1\r\n\r\n0\r\n\r\n'],
    ['escapes that must stay', String.raw`\u0041 \x00 \\ %00 &amp; ''; drop table`],
    ['900 KB', 'ü'.repeat(450_000)],
  ];
  for (const [when, payload] of PAYLOADS) {
    test(`${when} → the same bytes, signed, and the same text in the API`, async (t) => {
      const server = await startRawServer(t, (socket) =>
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
      );
      const webhook = await api.createWebhook({ url: server.url, secret_token: 'geheim-ü' });
      const { id } = await api.createDelivery(webhook.id, payload);
      const delivery = await api.settled(id);
      assert.equal(delivery.status, 'succeeded');
      assert.equal(delivery.payload, payload);

      const [request = ''] = server.requests;
      const end = request.indexOf('\r\n\r\n');
      assert.ok(
        Buffer.from(request.slice(end + 4), 'latin1').equals(Buffer.from(payload)),
        'other bytes arrived',
      );
      const signature = createHmac('sha256', Buffer.from('geheim-ü'))
        .update(Buffer.from(payload))
        .digest('hex');
      assert.equal(/\r\nx-hub-signature: (\S+)/i.exec(request.slice(0, end))?.[1], signature);
      const [attempt] = await api.attempts(id);
      assert.ok(attempt?.raw_request.endsWith(`\r\n\r\n${payload}`));
    });
  }
});
