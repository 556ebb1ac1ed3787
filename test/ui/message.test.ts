import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { curlOf } from '../../src/ui/message/curl.ts';
import { messageOf } from '../../src/ui/message/http-message.ts';
import { prettyJson } from '../../src/ui/message/json-text.ts';

suite('a recorded request or answer', () => {
  test('its parts → start, headers with their values, body as it was', () =>
    assert.deepEqual(messageOf('HTTP/1.1 200 OK\r\nA: b: c\r\nX: \r\n\r\none\r\n\r\ntwo'), {
      start: 'HTTP/1.1 200 OK',
      headers: [
        ['A', 'b: c'],
        ['X', ''],
      ],
      body: 'one\r\n\r\ntwo',
    }));

  test('nothing recorded → undefined', () => assert.equal(messageOf(''), undefined));

  const layouts: [string, string | undefined][] = [
    ['{"a":1,"b":[true,null]}', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'],
    ['{"a":{},"b":[]}', '{\n  "a": {},\n  "b": []\n}'],
    ['[]', '[]'],
    ['{"a":9007199254740993,"a":1.0e2}', '{\n  "a": 9007199254740993,\n  "a": 1.0e2\n}'],
    [
      String.raw`{"a":"{\"b\": [1,2]}"}`,
      String.raw`{
  "a": "{\"b\": [1,2]}"
}`,
    ],
    ['{"a":', undefined],
    ['plain', undefined],
    ['12', undefined],
  ];
  for (const [text, laidOut] of layouts)
    test(`${text} → ${laidOut === undefined ? 'left as it is' : 'laid out, each word kept'}`, () =>
      assert.equal(prettyJson(text), laidOut));

  test('100,000 brackets within each other → laid out, and no longer than a browser can hold', () => {
    const laidOut = prettyJson('['.repeat(100_000) + ']'.repeat(100_000)) ?? '';
    assert.equal(laidOut.replaceAll(/\s/g, '').length, 200_000);
    assert.ok(laidOut.length < 25_000_000, `${laidOut.length} characters`);
  });
});

/** What a shell makes of a command line. */
function argumentsOf(line: string): string[] {
  const script = line.replace(/^curl/, String.raw`printf '%s\0'`);
  return execFileSync('bash', ['-c', script]).toString().split('\0').slice(0, -1);
}

suite('a request as a curl command', () => {
  const raw = (body: string, more = '') =>
    `POST /hook?a={b}&c=d HTTP/1.1\r\nHost: example.com:8443\r\nAuthorization: ***\r\n${more}\r\n${body}`;

  test('a request → the same URL, headers and body; what is concealed stays so', () => {
    const body = '{"it\'s":"$HOME `x` \\"\n}';
    const line = curlOf(raw(body, 'X-Empty: \r\n'), 'https://example.com/') ?? '';
    assert.deepEqual(argumentsOf(line), [
      ...['--globoff', '--request', 'POST', 'https://example.com:8443/hook?a={b}&c=d'],
      ...['--header', 'Authorization: ***', '--header', 'X-Empty;', '--data-raw', body],
    ]);
  });

  test('characters that a terminal would obey → escaped, and the same for curl', () => {
    const body = "a\u001B[201~;'\\b\n\u202Eé\u{1F600}";
    const line = curlOf(raw(body), 'http://example.com/') ?? '';
    for (const one of ['\u001B', '\u202E']) assert.equal(line.includes(one), false);
    assert.equal(argumentsOf(line).at(-1), body);
  });

  test('a request of which nothing is known → no command', () =>
    assert.equal(curlOf('', 'https://example.com/'), undefined));
});
