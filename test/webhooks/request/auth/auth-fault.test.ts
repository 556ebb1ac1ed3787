import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authOf, type GivenAuth } from '../../../../src/webhooks/request/auth/auth.ts';
import { authFault } from '../../../../src/webhooks/request/auth/auth-fault.ts';

const URL_OF_WEBHOOK = 'https://example.com/';

const basic = (username: string, password: string): GivenAuth => ({
  type: 'basic',
  username,
  password,
});
const bearer = (token: string): GivenAuth => ({ type: 'bearer', token });

const TAKEN: [when: string, auth: GivenAuth][] = [
  ['a user and a password', basic('postmand', 'hunter2')],
  ['colons and spaces in the password', basic('postmand', ' a:b: ')],
  ['characters that ASCII does not have', basic('jürgen', '☃')],
  ['both empty', basic('', '')],
  ['members of other types that are null', { ...basic('a', 'b'), token: null, ca: null }],
  ['every character of a token', bearer('azAZ09-._~+/==')],
  ['a token without = at its end', bearer('a')],
];

for (const [when, auth] of TAKEN)
  test(`${auth.type}: ${when} → taken`, () =>
    assert.equal(authFault({ auth: authOf(auth), url: URL_OF_WEBHOOK }), undefined));

test('no auth → taken', () =>
  assert.equal(authFault({ auth: null, url: URL_OF_WEBHOOK }), undefined));

const NO_KEPT = '*** keeps the value that is there, and there is none';
const SYNTAX = 'auth.token: must be letters, digits and - . _ ~ + /, with = at its end alone';

const REFUSED: [when: string, auth: GivenAuth, fault: string][] = [
  [
    'no password',
    { type: 'basic', username: 'a' },
    'auth.password: is required where auth.type is basic',
  ],
  [
    'a user that is null',
    { type: 'basic', username: null, password: 'b' },
    'auth.username: is required where auth.type is basic',
  ],
  [
    'a token beside them',
    { ...basic('a', 'b'), token: 'c' },
    'auth.token: does not belong to auth.type basic',
  ],
  [
    'an empty member of another type',
    { ...basic('a', 'b'), scope: '' },
    'auth.scope: does not belong to auth.type basic',
  ],
  ['the mask', basic('a', '***'), `auth.password: ${NO_KEPT}`],
  ['a colon', basic('a:b', 'c'), 'auth.username: must not have a colon, which ends it'],
  ['a line break', basic('a\n', 'c'), 'auth.username: must not have control characters'],
  ['U+0000', basic('a', 'b\0'), 'auth.password: must not have control characters'],
  ['U+0085', basic('a', 'b\u0085'), 'auth.password: must not have control characters'],
  ['nothing', { type: 'bearer' }, 'auth.token: is required where auth.type is bearer'],
  [
    'a password',
    { ...bearer('a'), password: 'b' },
    'auth.password: does not belong to auth.type bearer',
  ],
  ['the mask', bearer('***'), `auth.token: ${NO_KEPT}`],
  ['an empty token', bearer(''), SYNTAX],
  ['nothing but =', bearer('=='), SYNTAX],
  ['= within', bearer('a=b'), SYNTAX],
  ['a space', bearer('a b'), SYNTAX],
  ['a line break at the end', bearer('a\n'), SYNTAX],
  ['a line break and a header', bearer('a\r\nX-Other: b'), SYNTAX],
  [
    'no client_secret',
    { type: 'oauth2_client_credentials', token_url: 'https://example.com/', client_id: 'a' },
    'auth.client_secret: is required where auth.type is oauth2_client_credentials',
  ],
  [
    'a token',
    { type: 'mtls', certificate: 'a', private_key: 'b', token: 'c' },
    'auth.token: does not belong to auth.type mtls',
  ],
  [
    'the mask',
    { type: 'mtls', certificate: 'a', private_key: '***' },
    `auth.private_key: ${NO_KEPT}`,
  ],
];

for (const [when, auth, fault] of REFUSED)
  test(`${auth.type}: ${when} → ${fault}`, () =>
    assert.equal(authFault({ auth: authOf(auth), url: URL_OF_WEBHOOK }), fault));
