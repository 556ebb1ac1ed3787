import { gzipSync } from 'node:zlib';
import {
  drip,
  encoded,
  endless,
  flood,
  OK,
  text,
  textAndEnd,
  textAndReset,
  textToTls,
  TIMEOUT,
  whole,
  type HostileAnswer,
  type Recorded,
} from './hostile-answer.ts';

const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const NOT_HTTP: Recorded = { error: /^the answer is not valid HTTP$/ };
const BROKEN: Recorded = { error: /^connection (reset|closed) before a complete response$/ };
const TOO_LARGE: Recorded = { error: /^response headers too large$/ };

/** 100 KB that unfold to 100 MB. */
const BOMB = Buffer.concat(Array.from({ length: 10 }, () => gzipSync(Buffer.alloc(10_000_000))));

const BODIES: HostileAnswer[] = [
  whole('NUL in the body', 'a\0b', { status: 200, text: /a\uFFFDb$/ }),
  whole('nothing but NUL, as much as is kept', Buffer.alloc(65_536), {
    status: 200,
    text: /\r\n\r\n\uFFFD{65536}$/,
  }),
  whole('invalid UTF-8 in the body', Buffer.from([0x61, 0xff, 0xc3, 0x28]), {
    status: 200,
    text: /a\uFFFD\uFFFD\($/,
  }),
  whole('half a surrogate pair as UTF-8', Buffer.from([0xed, 0xa0, 0x80]), {
    status: 200,
    text: /\uFFFD{3}$/,
  }),
  whole('UTF-16 in the body', Buffer.from('\uFEFFhello', 'utf16le'), {
    status: 200,
    text: /h\uFFFDe\uFFFDl/,
  }),
  whole('terminal escapes in the body', '\x1b[2J\x07\x08', { status: 200, text: /\[2J../ }),
  whole('SQL in the body', `'; drop table deliveries; --`, {
    status: 200,
    text: /'; drop table deliveries; --$/,
  }),
  whole('a character across the limit', `${'x'.repeat(65_535)}€`, {
    status: 200,
    cut: true,
    text: /x…\[cut\]$/,
  }),
  whole('a huge body', Buffer.alloc(10_000_000, 'x'), { status: 200, cut: true }),
  encoded('a gzip bomb', { encoding: 'gzip', body: BOMB }, { status: 200, cut: true }),
  encoded(
    'gzip that is none',
    { encoding: 'gzip', body: 'not gzip' },
    { status: 200, text: /not gzip$/ },
  ),
  encoded(
    'an encoding that nobody knows',
    { encoding: 'br, rot13', body: 'x' },
    { status: 200, text: /x$/ },
  ),
  endless('a body of 99 GB', `${OK}Content-Length: 99000000000\r\n\r\n`),
  endless('chunks without an end', CHUNKED, `10000\r\n${'x'.repeat(65_536)}\r\n`),
  endless('a body without length or end', `${OK}\r\n`),
  endless('a body in an encoding that is none', `${OK}Transfer-Encoding: rot13\r\n\r\n`),
];

const HEADERS: HostileAnswer[] = [
  text('bytes above 127 in a header', `${OK}A: \xff\xfe\r\nContent-Length: 0\r\n\r\n`, {
    status: 200,
    text: /A: \uFFFD\uFFFD\r\n/,
  }),
  text('NUL in a header', `${OK}A: b\0c\r\nContent-Length: 0\r\n\r\n`, NOT_HTTP),
  text('a control character in a header', `${OK}A: \x01\r\nContent-Length: 0\r\n\r\n`, NOT_HTTP),
  text('a space in the name of a header', `${OK}A b: c\r\nContent-Length: 0\r\n\r\n`, NOT_HTTP),
  text('a header without a colon', `${OK}nonsense\r\nContent-Length: 0\r\n\r\n`, NOT_HTTP),
  text('a bare CR in a header', `${OK}A: b\rC: d\r\nContent-Length: 0\r\n\r\n`, NOT_HTTP),
  text('lines that end in LF', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n', { status: 200 }),
  text('a header over two lines', `${OK}A: b\r\n c\r\nContent-Length: 0\r\n\r\n`, {
    status: 200,
    text: /A: b c\r\n/,
  }),
  text('a header of 1 MB', `${OK}A: ${'x'.repeat(1024 * 1024)}\r\n\r\n`, TOO_LARGE),
  text('100,000 headers', `${OK}${'A: b\r\n'.repeat(100_000)}\r\n`, TOO_LARGE),
  text(
    'cookies by the hundred',
    `${OK}${'Set-Cookie: a=b\r\n'.repeat(500)}Content-Length: 0\r\n\r\n`,
    { status: 200 },
  ),
  text('a reason of 1 MB', `HTTP/1.1 200 ${'x'.repeat(1024 * 1024)}\r\n\r\n`, TOO_LARGE),
  flood('headers without an end', { start: OK, more: 'A: 0123456789\r\n'.repeat(1000) }, TOO_LARGE),
  flood(
    'trailers without an end',
    { start: `${CHUNKED}2\r\nok\r\n0\r\n`, more: 'A: 0123456789\r\n'.repeat(1000) },
    TOO_LARGE,
  ),
  flood(
    'a chunk extension without an end',
    { start: `${CHUNKED}2;a=`, more: 'x'.repeat(10_000) },
    NOT_HTTP,
  ),
];

const LENGTHS: HostileAnswer[] = [
  textAndEnd('fewer bytes than announced', `${OK}Content-Length: 10\r\n\r\nabc`, BROKEN),
  text('more bytes than announced', `${OK}Content-Length: 2\r\n\r\nok and more`, {
    status: 200,
    text: /\r\n\r\nok$/,
  }),
  text('two lengths', `${OK}Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc`, NOT_HTTP),
  text(
    'a length and chunks',
    `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    { status: 200 },
  ),
  text('a negative length', `${OK}Content-Length: -1\r\n\r\n`, NOT_HTTP),
  text('a length that is no number', `${OK}Content-Length: abc\r\n\r\n`, NOT_HTTP),
  text('a length above 2^64', `${OK}Content-Length: 99999999999999999999\r\n\r\n`, NOT_HTTP),
  text('a chunk size that is no number', `${CHUNKED}zz\r\n`, NOT_HTTP),
  text('a chunk size above 2^64', `${CHUNKED}fffffffffffffffff\r\n`, NOT_HTTP),
  textAndEnd('a chunk cut short', `${CHUNKED}ff\r\nabc`, BROKEN),
  textAndEnd('no last chunk', `${CHUNKED}3\r\nabc\r\n`, BROKEN),
  text('a body on a 204', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody', {
    status: 204,
    text: /^HTTP\/1\.1 204/,
  }),
  text(
    'a second answer behind the first',
    `${OK}Content-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n`,
    { status: 200, text: /\r\n\r\nok$/ },
  ),
];

const STATUSES: HostileAnswer[] = [
  text('SSH', 'SSH-2.0-OpenSSH_9.2\r\n', NOT_HTTP),
  text(
    'the preface of HTTP/2',
    Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]).toString('latin1'),
    NOT_HTTP,
  ),
  text('a TLS alert', Buffer.from([0x15, 3, 3, 0, 2, 2, 40]).toString('latin1'), NOT_HTTP),
  textToTls('HTTP that is none, to a TLS handshake', 'HTTP/1.1 400 Bad Request\r\n\r\n', {
    error: /^TLS handshake failed$/,
  }),
  text('HTTP/9.9', 'HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n', NOT_HTTP),
  text('a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n', NOT_HTTP),
  text('a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n', NOT_HTTP),
  text('status 000', 'HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n', { status: 0 }),
  text('status 999', 'HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n', { status: 999 }),
  text('NUL in the reason', 'HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n', {
    status: 200,
    text: /^HTTP\/1\.1 200 O\uFFFDK/,
  }),
  text('a redirect to itself', 'HTTP/1.1 307 Again\r\nLocation: /\r\nContent-Length: 0\r\n\r\n', {
    status: 307,
  }),
  text(
    'a redirect to a file',
    'HTTP/1.1 302 There\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n',
    { status: 302 },
  ),
  text(
    'Retry-After for ever',
    'HTTP/1.1 503 Busy\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n',
    { status: 503 },
  ),
  text(
    '101',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello',
    { error: /^the endpoint switched protocols \(101\)$/ },
  ),
  text('101 without an Upgrade header', 'HTTP/1.1 101 Switching Protocols\r\n\r\n', {
    status: 101,
  }),
  flood(
    'interim answers without an end',
    { start: '', more: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100) },
    { error: /^too many interim responses \(1xx\)$/ },
  ),
  flood(
    '100 Continue without an end',
    { start: '', more: 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100) },
    { error: /^too many interim responses \(1xx\)$/ },
  ),
  textAndEnd('an interim answer only', 'HTTP/1.1 100 Continue\r\n\r\n', BROKEN),
];

const BREAKS: HostileAnswer[] = [
  {
    name: 'a reset at the connection',
    recorded: BROKEN,
    connected: (socket) => socket.resetAndDestroy(),
  },
  { name: 'closed at the connection', recorded: BROKEN, connected: (socket) => socket.destroy() },
  textAndReset('a reset instead of an answer', '', BROKEN),
  textAndEnd('closed instead of an answer', '', BROKEN),
  textAndReset('a reset in the status line', 'HTTP/1.1 20', BROKEN),
  textAndReset('a reset in the headers', `${OK}Content-Le`, BROKEN),
  textAndEnd('closed in the headers', `${OK}Content-Le`, BROKEN),
  textAndReset('a reset after the headers', `${OK}Content-Length: 10\r\n\r\n`, BROKEN),
  textAndReset('a reset in the body', `${OK}Content-Length: 10\r\n\r\nabc`, BROKEN),
  textAndReset('a reset between chunks', `${CHUNKED}3\r\nabc\r\n`, BROKEN),
  {
    name: 'connections kept alive, closed as the next request comes',
    recorded: { status: 200 },
    asked(socket) {
      socket.write(`${OK}Content-Length: 2\r\n\r\nok`);
      setTimeout(() => socket.destroy(), 1);
    },
  },
];

const DRIPS: HostileAnswer[] = [
  { name: 'silence', recorded: TIMEOUT, slow: true },
  { name: 'silence in a TLS handshake', recorded: TIMEOUT, slow: true, scheme: 'https' },
  {
    name: 'a request that is not read',
    recorded: TIMEOUT,
    slow: true,
    connected(socket) {
      socket.pause();
      // Longer than anybody waits here; only who reads sees that the other side is gone.
      setTimeout(() => socket.resume(), 3000);
    },
  },
  drip('a status line that drips', { start: 'HTTP/1.1 200 ', more: 'x' }),
  drip('headers that drip', { start: OK, more: 'A: b\r\n' }),
  drip('a body that drips', { start: `${OK}Content-Length: 100000\r\n\r\n`, more: 'x' }),
  drip('chunks that drip', { start: CHUNKED, more: '1\r\nx\r\n' }),
  drip('interim answers that drip', { start: '', more: 'HTTP/1.1 102 Processing\r\n\r\n' }, 400),
];

export const HOSTILE_ANSWERS: HostileAnswer[] = [
  ...BODIES,
  ...HEADERS,
  ...LENGTHS,
  ...STATUSES,
  ...BREAKS,
  ...DRIPS,
];
