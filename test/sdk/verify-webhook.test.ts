import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { verifyWebhook } from '../../sdk/typescript/dist/index.js';

type Vector = {
  name: string;
  secret: string | string[];
  body?: string;
  body_base64?: string;
  headers: Record<string, string>;
  now: number;
  tolerance_seconds?: number;
  valid: boolean;
};

const VECTORS = JSON.parse(
  readFileSync(new URL('../../sdk/webhook-vectors.json', import.meta.url), 'utf8'),
) as Vector[];

suite('verifyWebhook', () => {
  for (const { name, secret, body, body_base64, headers, now, tolerance_seconds, valid } of VECTORS)
    test(`${name} → ${valid ? 'genuine' : 'refused'}`, async () => {
      const bytes = Buffer.from(body ?? body_base64 ?? '', body === undefined ? 'base64' : 'utf8');
      const given = {
        headers,
        secret,
        now: new Date(now * 1000),
        ...(tolerance_seconds === undefined ? {} : { toleranceSeconds: tolerance_seconds }),
      };
      assert.equal(await verifyWebhook({ ...given, body: bytes }), valid);
      if (body !== undefined) assert.equal(await verifyWebhook({ ...given, body }), valid);
    });

  const [first] = VECTORS;
  const published = { body: first?.body ?? '', secret: first?.secret ?? '' };
  const now = new Date((first?.now ?? 0) * 1000);

  test('the headers of fetch → read like those of Node.js', async () => {
    const headers = new Headers(first?.headers);
    assert.equal(await verifyWebhook({ ...published, headers, now }), true);
    headers.delete('webhook-id');
    assert.equal(await verifyWebhook({ ...published, headers, now }), false);
  });

  test('a header that came twice → refused', async () => {
    const headers = { ...first?.headers, 'webhook-id': ['a', 'b'] };
    assert.equal(await verifyWebhook({ ...published, headers, now }), false);
  });

  test('no time given → judged by the present one', async () => {
    assert.equal(await verifyWebhook({ ...published, headers: first?.headers ?? {} }), false);
  });

  test('a time that is none → refused', async () => {
    const headers = first?.headers ?? {};
    assert.equal(await verifyWebhook({ ...published, headers, now: new Date(NaN) }), false);
  });
});
