import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const { pool } = database;
const api = await startApi(wholeFile, database);
const { id: webhook_id } = await api.createWebhook();

const metadata = { customer: '42', 'the name': 'ü🦀"\\' };

/** How many entries the index of pairs has for a delivery. */
async function tagsOf(id: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from delivery_tags where delivery_id = $1',
    [id],
  );
  return rows[0]?.count ?? -1;
}

suite('metadata of a delivery', () => {
  const WAYS: [what: string, more: object][] = [
    ['due at once', {}],
    ['with an ordering key', { ordering_key: 'k' }],
    ['scheduled', { send_at: new Date(Date.now() + 3_600_000).toISOString() }],
  ];
  for (const [what, more] of WAYS)
    test(`a delivery ${what} → stored and answered, and an entry of each pair`, async () => {
      const draft = { webhook_id, metadata, ...more };
      const { status, body } = await api.call('POST', '/deliveries', draft);
      assert.deepEqual([status, body.metadata], [201, metadata]);
      assert.deepEqual(await api.delivery(body.id), body);
      assert.equal(await tagsOf(body.id), 2);
      await api.call('DELETE', `/deliveries/${body.id}`);
      assert.equal(await tagsOf(body.id), 0);
    });

  test('a batch, and a POST behind it by its key → each has its own', async () => {
    const deliveries = [
      { webhook_id, metadata, ordering_key: 'behind' },
      { webhook_id, metadata: { customer: '43' } },
      { webhook_id },
    ];
    const { body } = await api.call('POST', '/deliveries/batch', { deliveries });
    const ids = body.ids as string[];
    const shown = await Promise.all(ids.map((id) => api.delivery(id)));
    const own = [metadata, { customer: '43' }, {}];
    assert.deepEqual(
      shown.map((one) => one.metadata),
      own,
    );
    const behind = { webhook_id, metadata: { n: '1' }, ordering_key: 'behind' };
    const later = (await api.call('POST', '/deliveries', behind)).body as Delivery;
    assert.deepEqual(later.metadata, { n: '1' });
    assert.deepEqual(await Promise.all([...ids, later.id].map(tagsOf)), [2, 1, 0, 1]);
  });

  for (const none of [undefined, null, {}])
    test(`${JSON.stringify(none)} → answered as {}, and stored as nothing`, async () => {
      const draft = { webhook_id, metadata: none };
      const { body } = await api.call('POST', '/deliveries', draft);
      assert.deepEqual(body.metadata, {});
      const { rows } = await pool.query('select metadata from deliveries where id = $1', [body.id]);
      assert.deepEqual([rows, await tagsOf(body.id)], [[{ metadata: null }], 0]);
    });

  test('the same pairs in another order with one Idempotency-Key → a replay; others → 422', async () => {
    const post = async (given: object) => {
      const answer = await fetch(`${api.url}/v1/deliveries`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'a key' },
        body: JSON.stringify({ webhook_id, metadata: given }),
      });
      return [answer.status, answer.headers.get('idempotency-replayed')];
    };
    assert.deepEqual(await post({ a: '1', b: '2' }), [201, null]);
    assert.deepEqual(await post({ b: '2', a: '1' }), [201, 'true']);
    assert.deepEqual(await post({ a: '1' }), [422, null]);
  });

  const REFUSED: [given: unknown, details: string][] = [
    [['a'], 'metadata: must be object,null'],
    [{ customer: 42 }, 'metadata.customer: must be string'],
    [{ '': 'x' }, 'metadata.: a name must NOT be empty'],
    [
      { [`${'a'.repeat(64)}b`]: 'x' },
      `metadata.${'a'.repeat(64)}: a name must NOT have more than 64 characters`,
    ],
    [{ a: 'x'.repeat(256) }, 'metadata.a: must NOT have more than 255 characters'],
  ];
  for (const [given, details] of REFUSED)
    test(`${JSON.stringify(given).slice(0, 40)} → 400 that names it, also in a batch`, async () => {
      const draft = { webhook_id, metadata: given };
      const one = await api.call('POST', '/deliveries', draft);
      assert.deepEqual([one.status, one.body.code, one.body.details], [400, 4, details]);
      const batch = { deliveries: [{ webhook_id }, draft] };
      const many = await api.call('POST', '/deliveries/batch', batch);
      assert.deepEqual([many.status, many.body.details], [400, `deliveries[1].${details}`]);
    });
});

suite('a filter by metadata', () => {
  const listed = async (query: string) => {
    const { status, body } = await api.call('GET', `/deliveries?${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return (body.deliveries as Delivery[]).map(({ payload }) => payload);
  };

  test('pairs, beside other filters and over pages → what carries all of them, the newest first', async () => {
    const other = await api.createWebhook({ active: false });
    for (const [payload, given] of [
      ['a', { shop: '1', 'a.b': '=&+ü' }],
      ['b', { shop: '1', lane: '' }],
      ['c', { shop: '12' }],
      ['d', { shop: '1', lane: '', x: '2' }],
    ] as const)
      for (const id of [webhook_id, other.id])
        await api.call('POST', '/deliveries', {
          ...{ webhook_id: id, payload: id === other.id ? `other ${payload}` : payload },
          metadata: given,
        });
    assert.deepEqual(await listed('metadata.shop=1'), [
      'other d',
      'd',
      'other b',
      'b',
      'other a',
      'a',
    ]);
    assert.deepEqual(await listed('metadata%5Bshop%5D=1&metadata.lane='), [
      'other d',
      'd',
      'other b',
      'b',
    ]);
    assert.deepEqual(await listed(`metadata.shop=1&webhook_id=${webhook_id}`), ['d', 'b', 'a']);
    assert.deepEqual(
      await listed(`metadata.shop=1&status=pending&webhook_id=${other.id}&limit=2`),
      ['other d', 'other b'],
    );
    assert.deepEqual(await listed('metadata.shop=1&status=failed'), []);
    assert.deepEqual(await listed(`metadata.a.b=${encodeURIComponent('=&+ü')}`), ['other a', 'a']);
    assert.deepEqual(await listed('metadata.shop=2'), []);
    const first = await api.call('GET', '/deliveries?metadata.shop=1&metadata.lane=&limit=3');
    const cursor = first.body.next_cursor as string;
    assert.deepEqual(await listed(`metadata.lane=&metadata.shop=1&limit=3&cursor=${cursor}`), [
      'b',
    ]);
    const { body } = await api.call('GET', `/deliveries?metadata.shop=1&cursor=${cursor}`);
    assert.match(body.details, /^cursor: /);
  });

  test('of webhooks → those that carry all pairs', async () => {
    await api.createWebhook({ name: 'one of two', metadata: { team: 'x', tier: 'gold' } });
    await api.createWebhook({ name: 'two of two', metadata: { team: 'x' } });
    const named = async (query: string) =>
      (await api.call('GET', `/webhooks?${query}`)).body.webhooks.map(
        ({ name }: { name: string }) => name,
      );
    assert.deepEqual(await named('metadata.team=x'), ['one of two', 'two of two']);
    assert.deepEqual(await named('metadata.team=x&metadata[tier]=gold&active=true'), [
      'one of two',
    ]);
    assert.deepEqual(await named('metadata.team=y'), []);
  });

  const pairs = Array.from({ length: 21 }, (_one, i) => `metadata.n${i}=x`).join('&');
  const REFUSED: [path: string, details: string][] = [
    ['/deliveries?metadata.=x', 'metadata.: a name must NOT be empty'],
    ['/deliveries?metadata[]=x', 'metadata.: a name must NOT be empty'],
    ['/webhooks?metadata.a=x&metadata[a]=y', 'metadata.a: is given twice'],
    [
      `/deliveries?metadata.${'a'.repeat(65)}=x`,
      `metadata.${'a'.repeat(64)}: a name must NOT have more than 64 characters`,
    ],
    [
      `/deliveries?metadata.a=${'x'.repeat(256)}`,
      'metadata.a: must NOT have more than 255 characters',
    ],
    [
      '/deliveries?metadata.a=%00',
      'metadata.a: must be text without U+0000 and without unpaired surrogates',
    ],
    [`/deliveries?${pairs}`, 'metadata: must NOT have more than 20 properties'],
    ['/deliveries?metadata=x', 'metadata: is not a known parameter'],
    ['/deliveries?metadata.a=x&colour=blue', 'colour: is not a known parameter'],
    ['/delivery-attempts?metadata.a=x', 'metadata.a: is not a known parameter'],
  ];
  for (const [path, details] of REFUSED)
    test(`${path.slice(0, 50)} → 400 that names it`, async () => {
      const { status, body } = await api.call('GET', path);
      assert.deepEqual([status, body.code, body.details], [400, 4, details]);
    });
});
