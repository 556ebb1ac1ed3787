import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findAttempt, listAttempts } from '../../src/attempts/attempt-store.ts';
import { requestTranscript } from '../../src/attempts/transcript.ts';
import { buildRequest } from '../../src/sending/request.ts';
import { freshDatabase } from '../setup/database.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows } from '../setup/rows.ts';
import { addEvent } from '../setup/events.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { EVENT_SOURCE } from '../setup/settings.ts';

const URL = 'http://example.com/hook';
const HEAD = 'POST /hook HTTP/1.1\r\nHost: example.com\r\n\r\n';
const LONG = 'é'.repeat(100_000);

const { pool } = await freshDatabase(wholeFile);
const [webhookId = ''] = await addWebhookRows(pool, [{}]);

suite('what is stored', () => {
  const stored = (content_type: string, payload: string, path = '') =>
    requestTranscript(
      buildRequest(
        { url: URL + path, content_type, secret_token: '', request: null },
        { id: 'd', payload, ordering_key: null, sequence: null, event: null },
        { atSeconds: 0, sinceReadMs: 0, eventSource: EVENT_SOURCE },
      ),
    );
  const headWith = (type: string) =>
    `POST /hook HTTP/1.1\r\nHost: example.com\r\nContent-Type: ${type}\r\n\r\n`;

  test('a payload → the request up to its empty line, without it', () =>
    assert.equal(stored('text/plain', 'payload'), headWith('text/plain')));

  test('an empty line in a header, as a taken over webhook may have → the payload too', () =>
    assert.equal(stored('a\r\n\r\nb', 'payload'), `${headWith('a\r\n\r\nb')}payload`));

  test('an empty line at the end of the head before the last → the payload too', () =>
    assert.equal(stored('a\r\n', 'payload'), `${headWith('a\r\n')}payload`));

  test('a head that is too long for a list → the payload too', () => {
    const path = `/${'x'.repeat(33_000)}`;
    assert.ok(stored('text/plain', 'payload', path).endsWith('\r\n\r\npayload'));
    assert.ok(stored('text/plain', 'payload', path.slice(0, 32_000)).endsWith('\r\n\r\n'));
  });

  test('U+0000 in a header, and in none → U+FFFD, and the payload is left out', () =>
    assert.equal(stored('a\0', 'payload'), headWith('a\uFFFD')));
});

suite('an attempt of a delivery of an event', () => {
  for (const [when, payload] of [
    ['a short payload', '{"a": 1}'],
    ['a long payload', LONG],
  ] as const)
    test(`with ${when} → with the payload of the event, until it is removed from the delivery`, async () => {
      const { deliveryIds } = await addEvent(pool, { payload, webhookIds: [webhookId] });
      const [deliveryId = ''] = deliveryIds;
      const [id = ''] = await addAttemptRows(pool, [{ webhookId, deliveryId, request: HEAD }]);
      assert.deepEqual(await readBoth(id, deliveryId), [HEAD + payload, HEAD + payload]);
      await pool.query('update deliveries set payload_removed_at = now() where id = $1', [
        deliveryId,
      ]);
      assert.deepEqual(await readBoth(id, deliveryId), [HEAD, HEAD]);
    });

  test('that was more than its payload → as it was sent', async () => {
    const payload = ' \r\n\r\n{"a": 1}\r\n\r\n';
    const { deliveryIds } = await addEvent(pool, { payload, webhookIds: [webhookId] });
    const [deliveryId = ''] = deliveryIds;
    const body = `{"specversion":"1.0","data":${payload}}`;
    const request = requestTranscript({ url: URL, headers: [], body, isWrapped: true });
    assert.equal(request, HEAD + body);
    const [id = ''] = await addAttemptRows(pool, [{ webhookId, deliveryId, request }]);
    assert.deepEqual(await readBoth(id, deliveryId), [request, request]);
  });

  async function readBoth(id: string, deliveryId: string): Promise<(string | undefined)[]> {
    const page = { limit: 10, offset: 0, createdAt: {} };
    const { items } = await listAttempts(pool, { deliveryId }, page);
    return [(await findAttempt(pool, id))?.raw_request, items[0]?.raw_request];
  }
});

suite('what is read, alone and in a list', { concurrency: true }, () => {
  const CASES: [when: string, stored: string, payload: string, read: string][] = [
    ['a head', HEAD, '{"a": 1}', `${HEAD}{"a": 1}`],
    ['a head, of a delivery without a payload', HEAD, '', HEAD],
    ['a head, before what looks like another', HEAD, '\r\n\r\nGET /', `${HEAD}\r\n\r\nGET /`],
    ['a head, before a long payload', HEAD, LONG, HEAD + LONG],
    ['a request of an earlier version', `${HEAD}{"a": 1}`, '{"a": 1}', `${HEAD}{"a": 1}`],
    ['a long one', HEAD + LONG, LONG, HEAD + LONG],
    ['one that ends with an empty line', `${HEAD}a\r\n\r\n`, 'a\r\n\r\n', `${HEAD}a\r\n\r\n`],
    ['one whose payload is a line end', `${HEAD}\r\n`, '\r\n', `${HEAD}\r\n`],
    ['one whose payload is an empty line', `${HEAD}\r\n\r\n`, '\r\n\r\n', `${HEAD}\r\n\r\n`],
    ['nothing, as the database refused it', '', 'payload', ''],
    ['three characters', 'abc', 'payload', 'abc'],
    ['a text without an empty line', 'POST / HTTP/1.1\r\n', 'payload', 'POST / HTTP/1.1\r\n'],
    ['an empty line of other line ends', 'POST /\n\n', 'payload', 'POST /\n\n'],
  ];
  for (const [when, request, payload, read] of CASES) {
    test(`${when} → ${read === request ? 'as it is' : 'with the payload'}`, async () => {
      const [deliveryId = ''] = await addDeliveryRows(pool, [
        { webhookId, payload, status: 'succeeded', attempts: 1 },
      ]);
      const [id = ''] = await addAttemptRows(pool, [{ webhookId, deliveryId, request }]);
      assert.equal((await findAttempt(pool, id))?.raw_request, read);
      const page = { limit: 10, offset: 0, createdAt: {} };
      assert.deepEqual(
        (await listAttempts(pool, { deliveryId }, page)).items.map((one) => one.raw_request),
        [read],
      );
    });
  }
});
