import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildRequest } from '../../src/sending/request.ts';
import type { Sent } from '../../src/sending/sent.ts';
import type {
  OldSigningSecret,
  RequestSettings,
} from '../../src/webhooks/request/request-settings.ts';
import { SIGNATURES } from '../../src/webhooks/request/signing/signatures.ts';
import { EVENT_SOURCE } from '../setup/settings.ts';
import { TRACEPARENT } from '../setup/trace-contexts.ts';

const WEBHOOK = {
  url: 'https://example.com/hook?a=1',
  content_type: 'text/plain; charset=utf-8',
  secret_token: 'my-secret-token',
  request: null,
};
const START = { atSeconds: 1614265330, sinceReadMs: 0, eventSource: EVENT_SOURCE };

const sent = (payload: string, sequence: number | null = null): Sent => ({
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  payload,
  ordering_key: sequence === null ? null : 'order-1042',
  sequence,
  event: null,
});

suite('a webhook with default requests', () => {
  const build = (token: string, delivery: Sent) =>
    buildRequest({ ...WEBHOOK, secret_token: token }, delivery, START);

  test('a webhook with a token → its URL, exactly the payload, and content type and signature in alphabetical order', () => {
    assert.deepEqual(build('my-secret-token', sent('{"success": true}')), {
      url: 'https://example.com/hook?a=1',
      headers: [
        ['Content-Type', 'text/plain; charset=utf-8'],
        ['X-Hub-Signature', '3fc5d4b8ff4efb404be24faf543667d29902d6a1306bd0c1ef2084497300cee9'],
      ],
      body: '{"success": true}',
    });
  });

  test('a webhook without a token → no signature header at all', () => {
    const { headers } = build('', sent('x'));
    assert.deepEqual(headers, [['Content-Type', 'text/plain; charset=utf-8']]);
  });

  test('an empty payload → an empty body, signed like any other', () => {
    const { body, headers } = build('my-secret-token', sent(''));
    assert.equal(body, '');
    assert.deepEqual(headers[1], [
      'X-Hub-Signature',
      'f9d31112a4979613e22fa6348c6cba8b29cdfb42fe05d8b832f056d16735bee9',
    ]);
  });

  test('a delivery with a sequence → one more header, in its place', () => {
    const { headers } = build('my-secret-token', sent('x', 7310));
    assert.deepEqual(
      headers.map(([name]) => name),
      ['Content-Type', 'webhook-sequence', 'X-Hub-Signature'],
    );
    assert.deepEqual(headers[1], ['webhook-sequence', '7310']);
  });
});

/** The vector that Standard Webhooks publishes: secret, id, time, payload and signature. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PAYLOAD = '{"test": 2432232314}';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

/**
 * The seed and public key of RFC 8032, section 7.1, test 1. The signature of the same id, time and
 * payload was made by pyca/cryptography.
 */
const SIGNING_KEY =
  'whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==';
const ED25519_SIGNATURE =
  'v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbzEHoVmAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw==';

const OLD: OldSigningSecret = {
  id: 'o',
  secret_token: 'an-old-token',
  signing_key: null,
  hub: false,
  sealed: null,
  endsInMs: 1000,
};

suite('the trace of a request', () => {
  const traced = { ...START, traceContext: `${TRACEPARENT} a=1,b=2` };

  test('propagate_trace → traceparent and tracestate, as they are stored', () => {
    const start = traced;
    assert.deepEqual(headersOf({ signatures: [], propagate_trace: true }, { start }), {
      traceparent: TRACEPARENT,
      tracestate: 'a=1,b=2',
    });
    const withoutState = { ...START, traceContext: TRACEPARENT };
    assert.deepEqual(
      headersOf({ signatures: [], propagate_trace: true }, { start: withoutState }),
      { traceparent: TRACEPARENT },
    );
  });

  test('propagate_trace, but no trace is known → no header', () => {
    assert.deepEqual(headersOf({ signatures: [], propagate_trace: true }), {});
  });

  test('without propagate_trace → no header', () => {
    assert.deepEqual(headersOf({ signatures: [] }, { start: traced }), {});
    const { headers } = buildRequest({ ...WEBHOOK, request: null }, sent(PAYLOAD), traced);
    assert.ok(headers.every(([name]) => !name.startsWith('trace')));
  });
});

/** The headers of a request with these settings, but for the content type. */
function headersOf(
  change: Partial<RequestSettings>,
  { token = SECRET, start = START, delivery = sent(PAYLOAD) } = {},
): Record<string, string> {
  const none = {
    headers: {},
    auth: null,
    format: 'raw' as const,
    propagate_trace: false,
    signing_key: null,
    old_secrets: null,
    sealed: null,
  };
  const request: RequestSettings = { signatures: ['standard'], ...none, ...change };
  const built = buildRequest({ ...WEBHOOK, secret_token: token, request }, delivery, start);
  const [first, ...others] = built.headers;
  assert.equal(first?.[0], 'Content-Type');
  return Object.fromEntries(others);
}

suite('a webhook that chooses its signatures', () => {
  test('standard → id, time and the published signature', () => {
    assert.deepEqual(headersOf({ signatures: ['standard'] }), {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-signature': SIGNATURE,
      'webhook-timestamp': '1614265330',
    });
  });

  test('the documented example → the signature that the guides show', () => {
    const delivery = {
      ...sent('{"success": true}'),
      id: 'b81d7e09-2f64-4c3b-a5d8-907e1c6f3b24',
    };
    const headers = headersOf({}, { delivery, start: { ...START, atSeconds: 1795451161 } });
    assert.equal(headers['webhook-signature'], 'v1,0fsbDGKHTxkDxwVzTM9cwIyzrvHpcG43h0d4A/xOi/0=');
  });

  test('standard with a token without whsec_ → signed by the UTF-8 bytes of the token', () => {
    // printf 'ID.TIME.PAYLOAD' | openssl dgst -sha256 -hmac TOKEN -binary | base64
    const { 'webhook-signature': signature } = headersOf({}, { token: 'schlüssel-🔑' });
    assert.equal(signature, 'v1,FwzeBsrFYGZVOyhzEnXd7Ojl/90M30Ykj4iPHkfIkxE=');
  });

  test('standard_ed25519 → a v1a signature in the same headers', () => {
    const headers = headersOf({ signatures: ['standard_ed25519'], signing_key: SIGNING_KEY });
    assert.deepEqual(headers, {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-signature': ED25519_SIGNATURE,
      'webhook-timestamp': '1614265330',
    });
  });

  test('hub_sha256 → the signature of hub behind the name of its hash', () => {
    const hub = headersOf({ signatures: ['hub', 'hub_sha256'] }, { token: 'my-secret-token' });
    assert.deepEqual(Object.keys(hub), ['X-Hub-Signature', 'X-Hub-Signature-256']);
    assert.equal(hub['X-Hub-Signature-256'], `sha256=${hub['X-Hub-Signature']}`);
    assert.deepEqual(Object.keys(headersOf({ signatures: ['hub_sha256'] })), [
      'X-Hub-Signature-256',
    ]);
  });

  test('all of them and a sequence → one header each, in alphabetical order', () => {
    const headers = headersOf(
      { signatures: [...SIGNATURES], signing_key: SIGNING_KEY },
      { delivery: sent(PAYLOAD, 7) },
    );
    assert.deepEqual(Object.keys(headers), [
      'webhook-id',
      'webhook-sequence',
      'webhook-signature',
      'webhook-timestamp',
      'X-Hub-Signature',
      'X-Hub-Signature-256',
    ]);
    assert.equal(headers['webhook-signature'], `${SIGNATURE} ${ED25519_SIGNATURE}`);
  });

  test('an empty token → no signature by it, and no header for it', () => {
    assert.deepEqual(
      headersOf({ signatures: ['hub', 'hub_sha256', 'standard'] }, { token: '' }),
      {},
    );
  });

  test('another attempt → the same id, the time of that attempt', () => {
    const first = headersOf({});
    const second = headersOf({}, { start: { ...START, atSeconds: START.atSeconds + 60 } });
    assert.equal(second['webhook-id'], first['webhook-id']);
    assert.equal(second['webhook-timestamp'], '1614265390');
    assert.notEqual(second['webhook-signature'], first['webhook-signature']);
  });
});

suite('a webhook whose secret was replaced', () => {
  test('within the overlap → one signature a secret, the present one first', () => {
    const [alone] = signaturesOf({}, 'an-old-token');
    assert.deepEqual(signaturesOf({ old_secrets: [OLD] }), [SIGNATURE, alone]);
    assert.notEqual(alone, SIGNATURE);
  });

  test('with Ed25519 keys as well → one of each kind a secret', () => {
    const signatures: RequestSettings['signatures'] = ['standard', 'standard_ed25519'];
    const old = { ...OLD, signing_key: SIGNING_KEY };
    const found = signaturesOf({ signatures, signing_key: SIGNING_KEY, old_secrets: [old] });
    assert.deepEqual(
      found.map((one) => one.split(',')[0]),
      ['v1', 'v1', 'v1a', 'v1a'],
    );
  });

  test('an old token that gives no key → it signs nothing, and the present one does', () => {
    const old = { ...OLD, secret_token: 'whsec_short' };
    assert.deepEqual(signaturesOf({ old_secrets: [old] }), [SIGNATURE]);
  });

  test('the overlap has ended since the webhook was read → the present one alone', () => {
    const start = { ...START, sinceReadMs: 1000 };
    assert.equal(headersOf({ old_secrets: [OLD] }, { start })['webhook-signature'], SIGNATURE);
  });

  test('the old one keeps X-Hub-Signature → both headers of hub are made with it', () => {
    const signatures: RequestSettings['signatures'] = ['hub', 'hub_sha256'];
    const [hub] = Object.values(headersOf({ signatures }, { token: 'an-old-token' }));
    assert.deepEqual(headersOf({ signatures, old_secrets: [{ ...OLD, hub: true }] }), {
      'X-Hub-Signature': hub,
      'X-Hub-Signature-256': `sha256=${hub}`,
    });
  });

  function signaturesOf(change: Partial<RequestSettings>, token = SECRET): string[] {
    return headersOf(change, { token })['webhook-signature']?.split(' ') ?? [];
  }
});
