import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOn, type SignatureVerdict } from '../../src/receiver/verdict.ts';

/** The published example of Standard Webhooks, and its signature by the key of RFC 8032, test 1. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PUBLIC_KEY = 'whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const BODY = '{"test": 2432232314}';
const TIME = 1614265330;
const V1 = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const V1A =
  'v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbzEHoVmAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw==';
const OTHER = 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

const standard = (signature: string) => ({
  'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  'webhook-timestamp': String(TIME),
  'webhook-signature': signature,
});

/** HMAC-SHA256 of the body under the secret's text, as Python's hmac gives it. */
const HUB = '80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c';

type Case = [
  when: string,
  then: SignatureVerdict,
  headers: Record<string, string>,
  secret?: string,
  change?: { now?: number; body?: string },
];

const CASES: Case[] = [
  ['standard', 'genuine', standard(V1), SECRET],
  ['standard, changed', 'wrong', standard(V1), SECRET, { body: `${BODY} ` }],
  ['standard with another id', 'wrong', { ...standard(V1), 'webhook-id': 'x' }, SECRET],
  ['standard with another secret', 'wrong', standard(V1), 'my-secret-token'],
  ['the second of two', 'genuine', standard(`${OTHER} ${V1}`), SECRET],
  ['two of others', 'wrong', standard(`${OTHER} ${OTHER}`), SECRET],
  ['300 s old', 'genuine', standard(V1), SECRET, { now: TIME + 300 }],
  ['301 s old', 'untimely', standard(V1), SECRET, { now: TIME + 301 }],
  ['301 s ahead', 'untimely', standard(V1), SECRET, { now: TIME - 301 }],
  ['Ed25519', 'genuine', standard(`${V1} ${V1A}`), PUBLIC_KEY],
  ['Ed25519, changed', 'wrong', standard(V1A), PUBLIC_KEY, { body: '' }],
  ['Ed25519 for a token', 'wrong', standard(V1A), SECRET],
  ['an HMAC for a public key', 'wrong', standard(V1), PUBLIC_KEY],
  ['a secret whose key is too short', 'wrong', standard('v1,'), 'whsec_AAAA'],
  ['hub', 'genuine', { 'x-hub-signature': HUB }, SECRET],
  ['hub_sha256', 'genuine', { 'x-hub-signature-256': `sha256=${HUB}` }, SECRET],
  ['hub_sha256 without its prefix', 'wrong', { 'x-hub-signature-256': HUB }, SECRET],
  ['hub with the prefix of the other', 'wrong', { 'x-hub-signature': `sha256=${HUB}` }, SECRET],
  [
    'hub by an old secret, standard by this',
    'genuine',
    { ...standard(V1), 'x-hub-signature': '0' },
    SECRET,
  ],
  [
    'standard by a new secret, hub by this',
    'genuine',
    { ...standard(OTHER), 'x-hub-signature': HUB },
    SECRET,
  ],
  ['no signature', 'missing', {}, SECRET],
  ['no signature and no secret', 'none', {}],
  ['standard and no secret', 'unchecked', standard(V1)],
  ['hub_sha256 and no secret', 'unchecked', { 'x-hub-signature-256': 'x' }],
];

for (const [when, then, headers, secret, { now = TIME, body = BODY } = {}] of CASES)
  test(`${when} → ${then}`, () =>
    assert.equal(verdictOn({ headers, body: Buffer.from(body) }, secret, now), then));
