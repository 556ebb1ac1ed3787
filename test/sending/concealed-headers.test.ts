import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestTranscript } from '../../src/attempts/transcript.ts';
import { buildRequest, type WebhookRequest } from '../../src/sending/request.ts';
import type { Auth } from '../../src/webhooks/request/auth/auth.ts';
import type { RequestSettings } from '../../src/webhooks/request/request-settings.ts';
import { EVENT_SOURCE } from '../setup/settings.ts';

const SETTINGS: RequestSettings = {
  signatures: ['hub', 'standard'],
  headers: {},
  auth: null,
  format: 'raw',
  propagate_trace: false,
  signing_key: null,
  old_secrets: null,
  sealed: null,
};

const AUTHS: [when: string, auth: Auth, value: string][] = [
  // The example of RFC 7617, section 2.
  [
    'basic',
    { type: 'basic', username: 'Aladdin', password: 'open sesame' },
    'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==',
  ],
  // The example of RFC 7617, section 2.1, in UTF-8.
  [
    'basic in UTF-8',
    { type: 'basic', username: 'test', password: '123£' },
    'Basic dGVzdDoxMjPCow==',
  ],
  ['basic without both', { type: 'basic', username: '', password: '' }, 'Basic Og=='],
  [
    'basic with a colon in the password',
    { type: 'basic', username: 'a', password: 'b:c' },
    `Basic ${Buffer.from('a:b:c').toString('base64')}`,
  ],
  // The example of RFC 6750, section 2.1.
  ['bearer', { type: 'bearer', token: 'mF_9.B5f-4.1JqM' }, 'Bearer mF_9.B5f-4.1JqM'],
];

for (const [when, auth, value] of AUTHS)
  test(`${when} → ${value}`, () => {
    const { headers, concealed } = build({ auth });
    assert.equal(new Map(headers).get('Authorization'), value);
    assert.deepEqual(concealed, ['authorization']);
  });

test('headers and auth → all in alphabetical order, and shown by name alone', () => {
  const headers = {
    'X-Tenant': 'secret-1',
    Accept: 'secret-2',
    'x-a': '',
    constructor: 'secret-3',
  };
  const request = build({ headers, auth: { type: 'bearer', token: 'secret-4' } });
  assert.deepEqual(
    request.headers.map(([name]) => name),
    [
      'Accept',
      'Authorization',
      'constructor',
      'Content-Type',
      'webhook-id',
      'webhook-signature',
      'webhook-timestamp',
      'x-a',
      'X-Hub-Signature',
      'X-Tenant',
    ],
  );
  const shown = requestTranscript(request);
  assert.doesNotMatch(shown, /secret-\d/);
  assert.deepEqual(
    shown.split('\r\n').filter((line) => line.endsWith(': ***')),
    ['Accept: ***', 'Authorization: ***', 'constructor: ***', 'x-a: ***', 'X-Tenant: ***'],
  );
  assert.match(shown, /\r\nContent-Type: text\/plain\r\n/);
  assert.match(shown, /\r\nX-Hub-Signature: [0-9a-f]{64}\r\n/);
});

test('neither → nothing is concealed', () => assert.equal(build({}).concealed, undefined));

function build(change: Partial<RequestSettings>): WebhookRequest {
  const webhook = {
    url: 'https://example.com/hook',
    content_type: 'text/plain',
    secret_token: 'a-secret-token',
    request: { ...SETTINGS, ...change },
  };
  const delivery = {
    id: 'a-delivery',
    payload: 'a payload',
    ordering_key: null,
    sequence: null,
    event: null,
  };
  return buildRequest(webhook, delivery, {
    atSeconds: 1614265330,
    sinceReadMs: 0,
    eventSource: EVENT_SOURCE,
  });
}
