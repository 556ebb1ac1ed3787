import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { arrivalText } from '../../src/receiver/print.ts';
import type { Arrival } from '../../src/receiver/receiver.ts';

const AT = new Date(2026, 10, 23, 9, 5, 7);

const ARRIVAL: Arrival = {
  number: 3,
  repeat: 1,
  method: 'POST',
  target: '/orders',
  contentType: 'application/json',
  body: Buffer.from('{"success": true}'),
  signature: 'genuine',
  status: 200,
};

const plain = (change: Partial<Arrival>) => arrivalText({ ...ARRIVAL, ...change }, AT, false);

suite('an arrival as text', () => {
  test('→ a line of facts and the body, indented', () =>
    assert.equal(
      plain({}),
      '#3  09:05:07  POST /orders  application/json  17 bytes  signature genuine  → 200\n    {"success": true}\n\n',
    ));

  test('an empty body, no content type → neither', () =>
    assert.equal(
      plain({ body: Buffer.alloc(0), contentType: '' }),
      '#3  09:05:07  POST /orders  0 bytes  signature genuine  → 200\n\n',
    ));

  for (const [when, event, words] of [
    ['an event', { id: 'b81d7e09', type: 'order.paid' }, 'order.paid b81d7e09'],
    ['an id alone', { id: 'b81d7e09' }, 'b81d7e09'],
    ['a type with a control character', { type: 'a\u001b' }, 'a\\u001b'],
  ] as const)
    test(`${when} → ${words} behind the content type`, () =>
      assert.ok(plain({ event }).includes(`  application/json  ${words}  17 bytes  `)));

  test('a request that came before → the text says how often', () =>
    assert.match(plain({ repeat: 2 }), /→ 200 {2}seen 2 times\n/));

  for (const [signature, words] of [
    ['untimely', 'signature genuine, its time is NOT NOW'],
    ['wrong', 'signature WRONG'],
    ['missing', 'signature MISSING'],
    ['unchecked', 'signed, not checked (--secret checks it)'],
    ['none', 'not signed'],
  ] as const) {
    test(`signature ${signature} → ${words}`, () =>
      assert.ok(plain({ signature }).includes(`  ${words}  `)));
  }

  test('control characters and those that change the direction of text → escapes, except line feed and tab', () => {
    const text = plain({
      body: Buffer.from('a\u001b[31m\n\tb\u202ec'),
      target: '/\u0007',
      contentType: 'x\u009by',
    });
    assert.ok(text.endsWith('\n    a\\u001b[31m\n    \tb\\u202ec\n\n'), text);
    assert.ok(text.includes('POST /\\u0007  x\\u009by  '));
  });

  test('bytes that are not UTF-8 → the replacement character', () =>
    assert.match(plain({ body: Buffer.from([0x61, 0xff]) }), /\n {4}a\ufffd\n/));

  test('a long body → its beginning, cut between characters, and how much is left', () => {
    const body = Buffer.from('ä'.repeat(5000));
    assert.match(
      plain({ body: Buffer.concat([Buffer.from('x'), body]) }),
      /\n {4}xä{2047}… \(5905 bytes more\)\n/,
    );
  });
});

suite('an arrival in colour', () => {
  test('genuine and 200 → green; wrong and 401 → red; without the colours the same text', () => {
    for (const [change, colour] of [
      [{}, '\u001b[32m'],
      [{ signature: 'wrong', status: 401 }, '\u001b[31m'],
    ] as const) {
      const text = arrivalText({ ...ARRIVAL, ...change }, AT, true);
      assert.equal(text.split(colour).length, 3, JSON.stringify(text));
      // oxlint-disable-next-line no-control-regex -- because a colour begins with ESC
      assert.equal(text.replaceAll(/\u001b\[\d+m/g, ''), plain(change));
    }
  });
});
