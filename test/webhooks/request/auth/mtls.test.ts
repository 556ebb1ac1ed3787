import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { MutualTls } from '../../../../src/webhooks/request/auth/auth.ts';
import { certificateFacts, mtlsFault } from '../../../../src/webhooks/request/auth/mtls.ts';
import {
  AUTHORITY,
  CLIENT,
  EXPIRED,
  OTHER_CLIENT,
  SMALL,
  STRANGER,
} from '../../../setup/certificates.ts';

const URL_OF_WEBHOOK = 'https://receiver.example.com/';
const GIVEN: MutualTls = { type: 'mtls', certificate: CLIENT.cert, private_key: CLIENT.key };

const NOT_CERTIFICATES = 'must be certificates in PEM';
const HAS_KEY = 'must not have a private key in it, but certificates in PEM';
const CUT = CLIENT.cert.replace('MII', 'NII');

const CASES: [when: string, change: Partial<MutualTls>, fault: string | undefined][] = [
  ['certificate and key', {}, undefined],
  ['the key in the older form', { private_key: CLIENT.sec1 }, undefined],
  ['a chain', { certificate: CLIENT.cert + AUTHORITY }, undefined],
  ['a chain with text around it', { certificate: `us\n${CLIENT.cert}ca\n${AUTHORITY}` }, undefined],
  ['line ends of another system', { certificate: CLIENT.cert.replaceAll('\n', '\r\n') }, undefined],
  [
    'one that nobody else has signed',
    { certificate: STRANGER.cert, private_key: STRANGER.key },
    undefined,
  ],
  ['an authority for the receiver', { ca: AUTHORITY }, undefined],
  ['several', { ca: STRANGER.cert + AUTHORITY }, undefined],

  [
    'no PEM',
    { certificate: 'certificate' },
    `auth.certificate: ${NOT_CERTIFICATES}, that of the client first`,
  ],
  [
    'an empty one',
    { certificate: '' },
    `auth.certificate: ${NOT_CERTIFICATES}, that of the client first`,
  ],
  [
    'one that is broken',
    { certificate: CUT },
    `auth.certificate: ${NOT_CERTIFICATES}, that of the client first`,
  ],
  [
    'a chain that is broken',
    { certificate: CLIENT.cert + CUT },
    `auth.certificate: ${NOT_CERTIFICATES}, that of the client first`,
  ],
  [
    'the key beside the certificate',
    { certificate: CLIENT.cert + CLIENT.key },
    `auth.certificate: ${HAS_KEY}, that of the client first`,
  ],
  [
    'the authority first',
    { certificate: AUTHORITY + CLIENT.cert },
    'auth.private_key: does not fit auth.certificate',
  ],
  [
    'one that has ended',
    { certificate: EXPIRED.cert, private_key: EXPIRED.key },
    'auth.certificate: ended at 2021-01-01T00:00:00.000Z',
  ],
  [
    'a key that is too short',
    { certificate: SMALL.cert, private_key: SMALL.key },
    'auth.certificate: TLS cannot use it, as its key is too short or its algorithm too old',
  ],

  [
    'a key of another one',
    { private_key: OTHER_CLIENT.key },
    'auth.private_key: does not fit auth.certificate',
  ],
  [
    'a key with a password',
    { private_key: CLIENT.locked },
    'auth.private_key: must not have a password',
  ],
  [
    'such a key in the older form',
    { private_key: CLIENT.lockedSec1 },
    'auth.private_key: must not have a password',
  ],
  ['no key', { private_key: 'sesame' }, 'auth.private_key: must be a private key in PEM'],
  [
    'a certificate for a key',
    { private_key: CLIENT.cert },
    'auth.private_key: must be a private key in PEM',
  ],

  ['no authority', { ca: '' }, `auth.ca: ${NOT_CERTIFICATES}`],
  ['an authority that is broken', { ca: AUTHORITY + CUT }, `auth.ca: ${NOT_CERTIFICATES}`],
  ['a key for an authority', { ca: CLIENT.key }, `auth.ca: ${HAS_KEY}`],
];

suite('a certificate is set', () => {
  for (const [when, change, fault] of CASES)
    test(`${when} → ${fault ?? 'taken'}`, () =>
      assert.equal(mtlsFault({ ...GIVEN, ...change }, { url: URL_OF_WEBHOOK }), fault));

  test('for an http URL → refused', () =>
    assert.equal(
      mtlsFault(GIVEN, { url: 'http://receiver.example.com/' }),
      'auth.type: mtls needs a url that begins with https',
    ));

  test('its end comes → it is refused from that moment on', () => {
    const ends = Date.parse(certificateFacts(CLIENT.cert).expires_at ?? '');
    const fault = (now: number) => mtlsFault(GIVEN, { url: URL_OF_WEBHOOK, now });
    assert.equal(fault(ends - 1), undefined);
    assert.equal(fault(ends), `auth.certificate: ended at ${new Date(ends).toISOString()}`);
  });

  test('one that has ended, but was there before → taken', () => {
    const ended = { ...GIVEN, certificate: EXPIRED.cert, private_key: EXPIRED.key };
    const before = EXPIRED.cert;
    assert.equal(mtlsFault(ended, { url: URL_OF_WEBHOOK, before }), undefined);
  });
});

suite('what is shown of a certificate', () => {
  test('whom the first one names, and when it ends', () =>
    assert.deepEqual(certificateFacts(`ours\n${CLIENT.cert}${AUTHORITY}`), {
      subject: 'CN=postmand,O=Example',
      expires_at: '2126-11-02T09:30:28.000Z',
    }));

  test('of what is none → nothing', () => assert.deepEqual(certificateFacts('none'), {}));
});
