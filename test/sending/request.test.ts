import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildRequest } from '../../src/sending/request.ts';

const WEBHOOK = {
  url: 'https://example.com/hook?a=1',
  content_type: 'text/plain; charset=utf-8',
  secret_token: 'my-secret-token',
};

test('a webhook with a token → its URL, exactly the payload, and content type and signature in alphabetical order', () => {
  assert.deepEqual(buildRequest(WEBHOOK, '{"success": true}'), {
    url: 'https://example.com/hook?a=1',
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Hub-Signature', '3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9'],
    ],
    body: '{"success": true}',
  });
});

test('a webhook without a token → no signature header at all', () => {
  const { headers } = buildRequest({ ...WEBHOOK, secret_token: '' }, 'x');
  assert.deepEqual(headers, [['Content-Type', 'text/plain; charset=utf-8']]);
});

test('an empty payload → an empty body, signed like any other', () => {
  const { body, headers } = buildRequest(WEBHOOK, '');
  assert.equal(body, '');
  assert.deepEqual(headers[1], [
    'X-Hub-Signature',
    'f9d31112a4979613e22fa6348c6cba8b29cdfb42fe05d8b832f056d16735bee9',
  ]);
});

test('a delivery with a sequence → one more header, in its place', () => {
  const { headers } = buildRequest(WEBHOOK, 'x', 7310);
  assert.deepEqual(
    headers.map(([name]) => name),
    ['Content-Type', 'webhook-sequence', 'X-Hub-Signature'],
  );
  assert.deepEqual(headers[1], ['webhook-sequence', '7310']);
});
