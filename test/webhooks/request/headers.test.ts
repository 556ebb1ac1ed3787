import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Auth } from '../../../src/webhooks/request/auth/auth.ts';
import { headersFault } from '../../../src/webhooks/request/headers.ts';

const BEARER: Auth = { type: 'bearer', token: 'a-token' };
const LONGEST = 'N'.repeat(64);

/** As JSON.parse makes it: a literal would set the prototype instead. */
const PROTO = JSON.parse('{"__proto__": "7"}') as Record<string, string>;

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_one, i) => [`X-${i}`, String(i)]));

const TAKEN: [when: string, headers: Record<string, string>, auth?: Auth][] = [
  ['none', {}],
  ['one', { 'X-Tenant': '7' }],
  ['every character of a token', { "!#$%&'*+-.^_`|~09azAZ": 'x' }],
  ['every printable character within', { 'X-All': '!"#$%&\'()*+,-./09:;<=>?@AZ[\\]^_`az{|} ~' }],
  ['an empty value', { 'X-Empty': '' }],
  ['a name of 64 characters', { [LONGEST]: 'x' }],
  ['as many as there may be', many(20)],
  ['a User-Agent of its own', { 'User-Agent': 'shop/7' }],
  ['Authorization without auth', { Authorization: 'Token 7' }],
  ['a cookie beside auth', { Cookie: 'a=7' }, BEARER],
  ['names that every object of JavaScript has', { constructor: '1', toString: '2', valueOf: '3' }],
  ['names that only begin like refused ones', { Hostname: '1', 'X-Hubert': '2', Webhook: '3' }],
  ['stars that are not the mask', { 'X-Stars': '****', 'X-Two': '**' }],
];

for (const [when, headers, auth] of TAKEN)
  test(`${when} → taken`, () =>
    assert.equal(headersFault({ headers, auth: auth ?? null }), undefined));

const SYNTAX = "a name must be letters, digits and !#$%&'*+-.^_`|~";
const CONNECTION = 'cannot be set: it belongs to the connection';
const OURS = 'cannot be set: names like it are for what Postmand says of a delivery';

const NAMES: [name: string, why: string][] = [
  ['', SYNTAX],
  ['X Tenant', SYNTAX],
  ['X-Tenant:', SYNTAX],
  [':authority', SYNTAX],
  ['X-Tenant\r\nX-Other', SYNTAX],
  ['X-Tenänt', SYNTAX],
  ['X-Tenant\0', SYNTAX],
  ['(comment)', SYNTAX],
  ['Host', 'cannot be set: it is made from url'],
  ['hOST', 'cannot be set: it is made from url'],
  ['Content-Length', 'cannot be set: it is made from the payload'],
  ['Content-Type', 'cannot be set: it is the setting content_type'],
  ['content-encoding', 'cannot be set: the payload is sent as it is'],
  ['Transfer-Encoding', CONNECTION],
  ['Connection', CONNECTION],
  ['Keep-Alive', CONNECTION],
  ['Upgrade', CONNECTION],
  ['HTTP2-Settings', CONNECTION],
  ['TE', CONNECTION],
  ['Trailer', CONNECTION],
  ['Expect', 'cannot be set: the payload is sent without waiting'],
  ['Proxy-Authorization', 'cannot be set: it is for a proxy'],
  ['proxy-connection', 'cannot be set: it is for a proxy'],
  ['webhook-id', OURS],
  ['Webhook-Anything', OURS],
  ['X-Hub-Signature', OURS],
  ['x-hub-signature-256', OURS],
  ['__PROTO__', 'cannot be set: it cannot be sent'],
];

for (const [name, why] of NAMES)
  test(`the name ${JSON.stringify(name)} → refused, and named`, () =>
    assert.equal(
      headersFault({ headers: { 'X-Fine': '7', [name]: 'value-7' }, auth: null }),
      `headers.${name}: ${why}`,
    ));

const REFUSED: [when: string, headers: Record<string, string>, fault: string, auth?: Auth][] = [
  ['__proto__', PROTO, 'headers.__proto__: cannot be set: it cannot be sent'],
  [
    'a name of 65 characters',
    { [`${LONGEST}N`]: 'x' },
    `headers.${LONGEST}: a name must NOT have more than 64 characters`,
  ],
  ['21 of them', many(21), 'headers: must NOT have more than 20 properties'],
  [
    'two names that differ in case alone',
    { 'X-Tenant': '7', 'x-tenant': '8' },
    'headers.x-tenant: is the same header as X-Tenant: case makes no difference',
  ],
  [
    'Authorization where auth is set',
    { authorization: 'Token 7' },
    'headers.authorization: cannot be set: it is made from auth',
    BEARER,
  ],
  [
    'the mask where nothing is kept',
    { 'X-Tenant': '***' },
    'headers.X-Tenant: *** keeps the value that is there, and there is none',
  ],
  [
    'a space in front',
    { 'X-Tenant': ' 7' },
    'headers.X-Tenant: must not begin or end with a space',
  ],
  [
    'a space at the end',
    { 'X-Tenant': '7 ' },
    'headers.X-Tenant: must not begin or end with a space',
  ],
  ...['7\r\nX-Other: 8', '7\t8', 'ü', '\u007f', '\0', '☃'].map(
    (value): [string, Record<string, string>, string] => [
      `the value ${JSON.stringify(value)}`,
      { 'X-Tenant': value },
      'headers.X-Tenant: must be printable ASCII',
    ],
  ),
];

for (const [when, headers, fault, auth] of REFUSED)
  test(`${when} → refused, without the value`, () =>
    assert.equal(headersFault({ headers, auth: auth ?? null }), fault));
