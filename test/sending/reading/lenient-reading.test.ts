import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { repairedHead } from '../../../src/sending/reading/head-repair.ts';
import { neededRepair, readLeniently } from '../../../src/sending/reading/lenient-reading.ts';

const STATUS = 'HTTP/1.1 200 OK\r\n';

suite('a head', () => {
  const CASES: [when: string, head: string, repaired: string][] = [
    ['a bare LF', 'HTTP/1.1 200 OK\nA: b\r\n', `${STATUS}A: b\r\n`],
    ['a fold', `${STATUS}A: b\r\n c\r\n\t \td\r\n`, `${STATUS}A: b c d\r\n`],
    [
      'a byte of other alphabets at the ends of a folded line',
      `${STATUS}A: b\xa0\r\n \x85c\r\n`,
      `${STATUS}A: b\xa0 \x85c\r\n`,
    ],
    [
      'one length three times',
      `${STATUS}Content-Length: 2\r\nCONTENT-LENGTH:2 \r\ncontent-length:\t2\r\n`,
      `${STATUS}Content-Length: 2\r\n`,
    ],
    [
      'a length beside chunks',
      `${STATUS}Content-Length: 2\r\nTransfer-Encoding: Chunked \r\n`,
      `${STATUS}Transfer-Encoding: Chunked \r\n`,
    ],
  ];
  for (const [when, head, repaired] of CASES)
    test(`with ${when} → repaired`, () => assert.equal(repairedHead(head), repaired));

  const LEFT = [
    STATUS,
    `${STATUS}A: b : c\r\nD:\r\n`,
    'HTTP/1.1 200 as it : should be\r\nA: b\r\n',
    `${STATUS}Content-Length: 2\r\nContent-Length: 3\r\n`,
    `${STATUS}Content-Length: 2\r\nContent-Length: 2, 2\r\n`,
    `${STATUS}Content-Length: 2\r\nTransfer-Encoding: gzip, chunked\r\n`,
    `${STATUS}Content-Length: 2\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n`,
    'HTTP/1.0 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n',
    `${STATUS} A: b\r\n`,
    `${STATUS}X-Content-Length: 2\r\nContent-Length: 2\r\n`,
  ];
  for (const head of LEFT)
    test(`${JSON.stringify(head)} → left as it is`, () => assert.equal(repairedHead(head), head));

  /** Fields of about so many bytes. */
  const HOSTILE: [what: string, fields: (bytes: number) => string][] = [
    ['short lines', (bytes) => 'a\n'.repeat(bytes / 2)],
    ['folds', (bytes) => `A: b\r\n${' c\r\n'.repeat(bytes / 4)}`],
    ['white space before something else', (bytes) => `A:${' \t'.repeat(bytes / 2)}x\r\n b\r\n`],
    [
      'white space in a length',
      (bytes) => `Content-Length:${'\t'.repeat(bytes)}x\r\nContent-Length: 1\r\n`,
    ],
    ['encodings', (bytes) => 'transfer-encoding:\r\n'.repeat(bytes / 20)],
    ['names without a colon', (bytes) => `${'a '.repeat(bytes / 2)}\r\n`],
  ];
  for (const [what, fields] of HOSTILE) {
    test(`64 KiB of ${what} → work that grows with their length, and not with its square`, () =>
      assertLinear((bytes) => void repairedHead(STATUS + fields(bytes))));
  }
});

suite('whatever pieces an answer comes in', () => {
  const blanks = fc.stringMatching(/^[ \t]{0,3}$/);
  const lineEnd = fc.constantFrom('\r\n', '\r\n', '\n');
  const field = fc
    .tuple(fc.constantFrom('A: b', 'C:d', 'Content-Length: 2', 'E : f', 'G: h\r\n i'), lineEnd)
    .map((parts) => parts.join(''));
  const head = fc
    .tuple(
      fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 103 Early', 'HTTP/1.0  404 No'),
      lineEnd,
      fc.array(field, { maxLength: 4 }),
      lineEnd,
    )
    .map(([status, end, fields, last]) => `${status}${end}${fields.join('')}${last}`);
  const chunk = fc
    .tuple(fc.stringMatching(/^[a-z\r\n]{1,20}$/), blanks)
    .map(([text, blank]) => `${text.length.toString(16)}${blank}\r\n${text}\r\n`);
  const chunks = fc
    .tuple(fc.array(chunk, { maxLength: 4 }), blanks)
    .map(
      ([all, blank]) =>
        `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${all.join('')}0${blank}\r\nT: u\r\n\r\n`,
    );
  const answer = fc.oneof(
    chunks,
    fc
      .tuple(fc.array(head, { maxLength: 3 }), fc.string())
      .map(([heads, rest]) => heads.join('') + rest),
  );

  test('→ the same is read as when it comes at once', async () => {
    await fc.assert(
      fc.asyncProperty(answer, fc.array(fc.nat({ max: 200 })), async (text, cuts) => {
        const bytes = Buffer.from(text);
        const places = [
          0,
          ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
          bytes.length,
        ];
        const pieces = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
        assert.deepEqual(await readAs(pieces), await readAs([bytes]));
      }),
    );
  });

  test('that is strict → the same bytes, and no repair', async () => {
    const strict =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nT: u\r\n\r\n';
    for (let cut = 0; cut <= strict.length; cut += 1) {
      const pieces = [strict.slice(0, cut), strict.slice(cut)].map((piece) => Buffer.from(piece));
      assert.deepEqual(await readAs(pieces), { text: strict, repaired: false });
    }
  });

  const HEADS: [what: string, fields: (bytes: number) => string][] = [
    ['one long field', (bytes) => `A: ${'x'.repeat(bytes)}`],
    ['many short fields', (bytes) => 'a:b\n'.repeat(bytes / 4)],
  ];
  for (const [what, fields] of HEADS) {
    test(`64 KiB of a head with ${what}, a byte at a time → work that grows with its length, and not with its square`, () =>
      assertLinear((length) => {
        const socket = { push: () => true } as unknown as Socket;
        readLeniently(socket);
        const bytes = Buffer.from(STATUS + fields(length));
        for (let i = 0; i < bytes.length; i += 1) socket.push(bytes.subarray(i, i + 1));
      }));
  }

  test('that breaks off anywhere → all that came is handed on', async () => {
    const whole = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\n\r\n';
    for (let end = 0; end <= whole.length; end += 1) {
      const pieces = Array.from({ length: end }, (_one, i) => Buffer.from(whole.charAt(i)));
      assert.equal((await readAs(pieces)).text, whole.slice(0, end));
    }
  });
});

/**
 * Four times the bytes cost about four times the processor time, where sixteen times would be the
 * square: the least of some runs, whatever else the machine does. Quadratic work took 600 to 4,700
 * ms for 64 KiB.
 */
function assertLinear(work: (bytes: number) => void): void {
  const [quarter, whole] = [16_000, 64_000].map((bytes) => leastMs(() => work(bytes)));
  // Below a few milliseconds the clock and the compiler count for more than the work.
  const most = 9 * Math.max(quarter ?? 0, 5);
  assert.ok((whole ?? Infinity) < most, `${whole} ms after ${quarter} ms`);
}

function leastMs(work: () => void): number {
  const runs = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...runs);
}

/** What a reader of a connection sees on which these pieces arrive. */
async function readAs(pieces: Buffer[]): Promise<{ text: string; repaired: boolean }> {
  const stream = new Readable({ read() {} });
  readLeniently(stream as Socket);
  for (const piece of [...pieces.filter(({ length }) => length > 0), null]) stream.push(piece);
  const read: Buffer[] = [];
  for await (const bytes of stream) read.push(bytes as Buffer);
  return { text: Buffer.concat(read).toString('latin1'), repaired: neededRepair(stream) };
}
