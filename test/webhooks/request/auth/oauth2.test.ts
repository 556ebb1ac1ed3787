import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OAuth2 } from '../../../../src/webhooks/request/auth/auth.ts';
import { oauth2Fault } from '../../../../src/webhooks/request/auth/oauth2.ts';

const GIVEN: OAuth2 = {
  type: 'oauth2_client_credentials',
  token_url: 'https://login.example.com/oauth/token?tenant=7',
  client_id: 'post mand:ü',
  client_secret: ' s3cret ',
};

const SCOPE =
  'auth.scope: must be words of printable ASCII without " and \\, with one space between them';

for (const [when, change, fault] of [
  ['nothing else', {}, undefined],
  ['http', { token_url: 'http://login.internal:8080/' }, undefined],
  ['a scope of several words', { scope: 'https://a.example/.default openid' }, undefined],
  ['an audience', { audience: 'https://receiver.example.com/ü' }, undefined],
  ['no URL', { token_url: 'login' }, 'auth.token_url: is not valid'],
  ['another scheme', { token_url: 'ftp://a.example/' }, 'auth.token_url: is not http or https'],
  [
    'credentials in the URL',
    { token_url: 'https://sesame@a.example/' },
    'auth.token_url: must not have a user or a password: they are client_id and client_secret',
  ],
  [
    'a fragment',
    { token_url: 'https://a.example/#' },
    'auth.token_url: must not have a fragment (RFC 6749, section 3.2)',
  ],
  ['an empty client', { client_id: '' }, 'auth.client_id: must not be empty'],
  ['an empty secret', { client_secret: '' }, 'auth.client_secret: must not be empty'],
  ['an empty audience', { audience: '' }, 'auth.audience: must not be empty'],
  ['an empty scope', { scope: '' }, SCOPE],
  ['two spaces in the scope', { scope: 'a  b' }, SCOPE],
  ['a quote in the scope', { scope: 'a"' }, SCOPE],
  ['a backslash in the scope', { scope: 'a\\b' }, SCOPE],
  ['a line break in the scope', { scope: 'a\nb' }, SCOPE],
] as [when: string, change: Partial<OAuth2>, fault: string | undefined][])
  test(`${when} → ${fault ?? 'taken'}`, () =>
    assert.equal(oauth2Fault({ ...GIVEN, ...change }), fault));
