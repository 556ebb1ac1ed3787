import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { requestTranscript, responseTranscript } from '../../src/attempts/transcript.ts';
import type { ResponseHead } from '../../src/sending/response-head.ts';

const HEAD: ResponseHead = { httpVersion: '1.1', status: 200, reason: 'OK', rawHeaders: [] };

suite('request', () => {
  const CASES: [when: string, url: string, start: string][] = [
    ['a plain URL', 'http://httpbin.org/post', 'POST /post HTTP/1.1\r\nHost: httpbin.org\r\n'],
    ['a URL without a path', 'https://example.com', 'POST / HTTP/1.1\r\nHost: example.com\r\n'],
    [
      'a port and a query',
      'http://example.com:8080/a%20b?c=d&e',
      'POST /a%20b?c=d&e HTTP/1.1\r\nHost: example.com:8080\r\n',
    ],
    ['the default port', 'https://example.com:443/a', 'POST /a HTTP/1.1\r\nHost: example.com\r\n'],
    [
      'a fragment, which is never sent',
      'http://example.com/a#b',
      'POST /a HTTP/1.1\r\nHost: example.com\r\n',
    ],
    ['an IPv6 address', 'http://[::1]:81/a', 'POST /a HTTP/1.1\r\nHost: [::1]:81\r\n'],
    [
      'credentials, which are left out',
      'http://user:hunter2@example.com/a',
      'POST /a HTTP/1.1\r\nHost: example.com\r\n',
    ],
  ];
  for (const [when, url, start] of CASES) {
    test(`${when} → the request line and Host`, () =>
      assert.ok(requestTranscript({ url, headers: [], body: '' }).startsWith(start)));
  }

  test('headers → CRLF between all, and an empty line', () => {
    const headers: [string, string][] = [
      ['Content-Type', 'application/json'],
      ['X-Hub-Signature', '3fc5'],
    ];
    assert.equal(
      requestTranscript({ url: 'https://httpbin.org/post', headers, body: '{"a":\n1}\r\n' }),
      'POST /post HTTP/1.1\r\nHost: httpbin.org\r\nContent-Type: application/json\r\nX-Hub-Signature: 3fc5\r\n\r\n',
    );
  });

  test('a header that is concealed → its name as it is sent, and not its value', () => {
    const headers: [string, string][] = [
      ['Authorization', 'Bearer hunter2'],
      ['X-Tenant', '7'],
    ];
    const request = { url: 'http://a.example/', headers, body: '', concealed: ['authorization'] };
    assert.equal(
      requestTranscript(request),
      'POST / HTTP/1.1\r\nHost: a.example\r\nAuthorization: ***\r\nX-Tenant: 7\r\n\r\n',
    );
  });

  for (const url of [
    'http://user:hunter2@example.com:99999/a',
    'http://user:hunter2@exa mple.com/',
  ]) {
    test(`a URL that cannot be parsed (${url}) → a transcript without its password`, () => {
      assert.doesNotMatch(requestTranscript({ url, headers: [], body: 'x' }), /hunter2/);
    });
  }
});

suite('response', () => {
  test('headers in any order and spelling → alphabetical order, canonical names', () => {
    const rawHeaders = [
      'x-request-id',
      '7',
      'CONTENT-LENGTH',
      '2',
      'date',
      'today',
      'Connection',
      'close',
      'etag',
      '"a"',
    ];
    assert.equal(
      responseTranscript({ ...HEAD, rawHeaders }, Buffer.from('ok'), false),
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nDate: today\r\nEtag: "a"\r\nX-Request-Id: 7\r\n\r\nok',
    );
  });

  test('a header that comes several times → all of its values, in the order in which they came', () => {
    const rawHeaders = ['Set-Cookie', 'z=1', 'A', '1', 'set-cookie', 'a=2', 'SET-COOKIE', 'm=3'];
    assert.equal(
      responseTranscript({ ...HEAD, rawHeaders }, Buffer.alloc(0), false),
      'HTTP/1.1 200 OK\r\nA: 1\r\nSet-Cookie: z=1\r\nSet-Cookie: a=2\r\nSet-Cookie: m=3\r\n\r\n',
    );
  });

  test('a status without a reason → no space behind it', () => {
    assert.equal(
      responseTranscript(
        { ...HEAD, httpVersion: '1.0', status: 503, reason: '' },
        Buffer.alloc(0),
        false,
      ),
      'HTTP/1.0 503\r\n\r\n',
    );
  });

  test('1,000 headers → all of them, and no mark; one more → it is left out, and the cut is marked', () => {
    const rawHeaders = Array.from({ length: 1000 }, () => ['A', 'b']).flat();
    const lines = (more: string[]) =>
      responseTranscript(
        { ...HEAD, rawHeaders: [...rawHeaders, ...more] },
        Buffer.alloc(0),
        false,
      ).split('\r\n');
    assert.equal(lines([]).filter((line) => line === 'A: b').length, 1000);
    assert.ok(!lines([]).includes('…[cut]'));
    assert.deepEqual(lines(['Z', 'y']).slice(-4), ['A: b', '…[cut]', '', '']);
  });

  // As Node.js gives them: a character for each byte.
  const bytes = (text: string) => Buffer.from(text).toString('latin1');

  test('UTF-8 in a reason and in headers → as it came', () => {
    const rawHeaders = ['X-Greeting', bytes('größe ☃ 😀'), 'X-Plain', 'abc'];
    assert.equal(
      responseTranscript({ ...HEAD, reason: bytes('Schön'), rawHeaders }, Buffer.alloc(0), false),
      'HTTP/1.1 200 Schön\r\nX-Greeting: größe ☃ 😀\r\nX-Plain: abc\r\n\r\n',
    );
  });

  test('bytes in a reason and in headers that are no UTF-8 → U+FFFD, as in the body', () => {
    const rawHeaders = ['X-Latin', 'gr\xfcn', 'X-Half', `${bytes('☃').slice(0, 2)}!`];
    assert.equal(
      responseTranscript({ ...HEAD, reason: '\xff', rawHeaders }, Buffer.alloc(0), false),
      'HTTP/1.1 200 \uFFFD\r\nX-Half: \uFFFD!\r\nX-Latin: gr\uFFFDn\r\n\r\n',
    );
  });

  const BODIES: [when: string, body: Buffer, cut: boolean, text: string][] = [
    ['an empty body', Buffer.alloc(0), false, ''],
    ['UTF-8', Buffer.from('Zoë ☃ 😀'), false, 'Zoë ☃ 😀'],
    ['a byte order mark', Buffer.from('\uFEFFok'), false, '\uFEFFok'],
    ['NUL bytes', Buffer.from('a\0b\0'), false, 'a\uFFFDb\uFFFD'],
    ['invalid UTF-8', Buffer.from([0x61, 0xff, 0xc3, 0x28, 0x62]), false, 'a\uFFFD\uFFFD(b'],
    [
      'an unfinished character at the end of a whole body',
      Buffer.from([0x61, 0xe2, 0x98]),
      false,
      'a\uFFFD',
    ],
    ['a cut between characters', Buffer.from('aé'), true, 'aé…[cut]'],
    ['a cut within a character of 2 bytes', Buffer.from('aé').subarray(0, 2), true, 'a…[cut]'],
    ['a cut within a character of 4 bytes', Buffer.from('a😀').subarray(0, 4), true, 'a…[cut]'],
    ['a cut after invalid bytes', Buffer.from([0xff, 0x61]), true, '\uFFFDa…[cut]'],
    ['a cut at 0 bytes', Buffer.alloc(0), true, '…[cut]'],
  ];
  for (const [when, body, cut, text] of BODIES) {
    test(`${when} → ${JSON.stringify(text)}`, () =>
      assert.equal(responseTranscript(HEAD, body, cut), `HTTP/1.1 200 OK\r\n\r\n${text}`));
  }
});
