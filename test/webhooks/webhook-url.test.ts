import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { FORMATS } from '../../src/http/middleware/formats.ts';
import { whyRefused, whyUnsendable } from '../../src/webhooks/webhook-url.ts';
import { sender } from '../sending/sending.ts';
import { startReceiver } from '../setup/receiver.ts';

const LABEL = 'a'.repeat(63);

const NEVER_SENT: [url: string, why: RegExp][] = [
  ['', /^is not valid$/],
  ['http://exa mple.com/', /^is not valid$/],
  ['http://example.com:65536/', /^is not valid$/],
  ['ftp://example.com/', /^is not http or https$/],
  ['http:example.com', /^needs two slashes behind its scheme$/],
  [' \0http:/example.com', /^needs two slashes behind its scheme$/],
  ['ht\ntp:\n\\\\example.com', /^needs two slashes behind its scheme$/],
  ['http://u:100%@example.com/', /^has credentials that cannot be decoded: write % as %25$/],
  ['http://100%:p@example.com/', /^has credentials that cannot be decoded/],
  ['http://u:%zz@example.com/', /^has credentials that cannot be decoded/],
  ['http://u:%FF@example.com/', /^has credentials that cannot be decoded/],
  ['http://u:%C3%28@example.com/', /^has credentials that cannot be decoded/],
  ['http://example.com:0/', /^has port 0, on which nothing can listen$/],
  ['https://[::1]:000/', /^has port 0, on which nothing can listen$/],
  ['http://unix:/var/run/docker.sock:/containers', /^has the host unix and a colon behind it/],
  ['http://UNIX/a?b:c', /^has the host unix and a colon behind it/],
  [`http://a${LABEL}/`, /^has a host name with a part of more than 63 characters$/],
  [`http://${'ü'.repeat(60)}.example/`, /^has a host name with a part of more than 63 characters$/],
  [`http://${`${LABEL}.`.repeat(4)}/`, /^has a host name of more than 253 characters$/],
  ['http://a..example/', /^has a host name with an empty part$/],
  ['http://.example/', /^has a host name with an empty part$/],
  ['http://a.example../', /^has a host name with an empty part$/],
];

const SENT = [
  'http://example.com',
  'https://example.com./',
  'http://unix/hook',
  'http://unix.example/a:b',
  'http://u%25:p%40%3a@example.com/',
  'http://@[::1]:1/',
  `http://${LABEL}.${LABEL}.${LABEL}.${'a'.repeat(61)}./`,
  'http://my_service.internal:65535/%/%zz?%',
  'https://bücher.example/straße?größe=1#teil',
  'http://10.1/',
];

suite('URLs to which nothing can be sent', () => {
  for (const [url, why] of NEVER_SENT) {
    test(`${JSON.stringify(url)} → refused for what it is, and not tried`, async (t) => {
      assert.match(whyUnsendable(url) ?? '', why);
      assert.match(whyRefused(url) ?? '', why);
      const exchange = await sender(t).send(url);
      assert.ok(exchange.kind === 'failure', exchange.kind);
      assert.deepEqual(
        [exchange.reason, exchange.message],
        ['invalid', `the URL of the webhook ${whyUnsendable(url)}`],
      );
    });
  }

  for (const url of SENT)
    test(`${JSON.stringify(url)} → none of them`, () => assert.equal(whyRefused(url), undefined));
});

suite('dots in a path', () => {
  const PATHS: [path: string, resolved: string][] = [
    ['/a/../b', '/b'],
    ['/a/%2e%2e/b', '/b'],
    ['/a/.%2E/b?c=d', '/b'],
    ['/a/./b#c', '/a/b'],
    ['/%2e', '/'],
    ['/a/..', '/'],
    ['/..', '/'],
  ];
  for (const [path, resolved] of PATHS) {
    test(`${path} → refused, with what would be sent; a webhook that has it is sent to as before`, async (t) => {
      const receiver = await startReceiver(t);
      const why = `has a path with . or .. in it, which would be sent as ${resolved}: write that`;
      assert.equal(whyRefused(receiver.url + path), why);
      assert.equal(whyUnsendable(receiver.url + path), undefined);
      await sender(t).send(receiver.url + path);
      assert.equal(receiver.received[0]?.path.replace(/\?.*/, ''), resolved);
    });
  }

  for (const path of [
    '/a/.../b',
    '/.a/b..',
    '/a%2e',
    '/a?b=/../c',
    '/a#/../b',
    '/%252e%252e/',
    '/a/..;/b',
  ]) {
    test(`${path} → no such dots`, () =>
      assert.equal(whyRefused(`http://example.com${path}`), undefined));
  }
});

test('any URL that is accepted → sent as it is written, or a failure with a reason', async (t) => {
  const receiver = await startReceiver(t);
  const port = new URL(receiver.url).port;
  const { send } = sender(t);
  const part = fc.oneof(
    fc.stringMatching(/^[a-z%:@/.?&=~'"<>{}|^`;,!$()*+[\]]{0,12}$/),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  const host = fc.oneof(
    fc.constantFrom(
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `2130706433:${port}`,
      `127.1:0${port}`,
      '127.0.0.1:0',
      'unix',
      'unix:',
    ),
    // Whatever the resolver does with them: few, as each is looked up.
    part.map((name) => `${name}.invalid`),
  );
  const url = fc
    .record({
      scheme: fc.constantFrom('http', 'HTTP'),
      user: fc.option(part),
      host,
      path: part,
      query: fc.option(part),
      fragment: fc.option(part),
    })
    .map(({ scheme, user, host, path, query, fragment }) => ({
      text: `${scheme}://${user === null ? '' : `${user}@`}${host}/${path}${query === null ? '' : `?${query}`}${fragment === null ? '' : `#${fragment}`}`,
    }));

  let [responses, failures] = [0, 0];
  await fc.assert(
    fc.asyncProperty(url, async ({ text }) => {
      fc.pre(FORMATS['uri']?.(text) === true && whyRefused(text) === undefined);
      const before = receiver.received.length;
      const exchange = await send(text);
      if (exchange.kind === 'response') {
        responses += 1;
        const [, target = ''] = /^[^/]*\/\/[^/?#]*([^#]*)/.exec(text) ?? [];
        assert.equal(decoded(receiver.received[before]?.path ?? ''), decoded(target));
      } else {
        failures += 1;
        assert.ok(
          exchange.kind === 'failure' && exchange.reason !== 'other',
          JSON.stringify(exchange),
        );
      }
    }),
    { numRuns: 120 },
  );
  assert.ok(responses > 10 && failures > 3, `${responses} responses, ${failures} failures`);
});

/** What stands for the same bytes in the same places; an empty query is none. */
function decoded(target: string): string {
  const bytes = Buffer.from(target.replace(/\?$/, '').replace(/^\??$/, '/'), 'utf8').toString(
    'latin1',
  );
  return bytes.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
