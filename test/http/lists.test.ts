import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';
import { addAttemptRows, addDeliveryRows, addWebhookRows, numbered } from '../setup/rows.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const { pool } = database;

/**
 * Three times, and on the second of them three rows that only their ids tell apart; put in no
 * order.
 */
const TIMES = new Map([
  [3, '2026-03-01T00:00:00.000002Z'],
  [1, '2026-02-01T00:00:00Z'],
  [5, '2026-03-01T00:00:00.000003Z'],
  [4, '2026-03-01T00:00:00.000002Z'],
  [2, '2026-03-01T00:00:00.000002Z'],
]);
const NAMES = ['', 'beta', 'gamma', 'beta', 'alpha', 'omega'];

const ROWS = Array.from(TIMES, ([number, createdAt]) => ({ number, createdAt }));
const [ONE, TWO] = [numbered('webhook', 1), numbered('webhook', 2)];
const [FIRST, SECOND] = [numbered('delivery', 1), numbered('delivery', 2)];

await addWebhookRows(
  pool,
  ROWS.map(({ number, createdAt }) => ({
    id: numbered('webhook', number),
    name: NAMES[number] ?? '',
    active: number % 2 === 1,
    createdAt,
  })),
);
await addDeliveryRows(
  pool,
  ROWS.map(({ number, createdAt }) => ({
    id: numbered('delivery', number),
    webhookId: number < 4 ? ONE : TWO,
    status: (['failed', 'pending', 'succeeded'] as const)[number % 3] ?? 'failed',
    attempts: 1,
    createdAt,
  })),
);
await addAttemptRows(
  pool,
  ROWS.map(({ number, createdAt }) => ({
    id: numbered('attempt', number),
    webhookId: number < 4 ? ONE : TWO,
    deliveryId: number < 3 ? FIRST : SECOND,
    success: number === 4,
    createdAt,
  })),
);

// All but the second have one key. The first is held, its time has come; the fourth is to wait; the
// third has expired.
await pool.query(
  `update deliveries
   set ordering_key = case when id = $2 then 'A/b' else 'a/b' end,
     held_reason = case id when $1 then 'endpoint_paused' when $4 then 'later' end,
     send_at = now() + case id when $1 then interval '-1 hour' when $4 then interval '1 day' end,
     failed_reason = case when id = $3 then 'expired' end`,
  [1, 2, 3, 4].map((number) => numbered('delivery', number)),
);

const NEWEST_FIRST = [5, 4, 3, 2, 1];

suite('the order of a list', () => {
  test('webhooks → by name, those of one name by id', async () =>
    assert.deepEqual((await list('/webhooks')).numbers, [4, 1, 3, 2, 5]));
  for (const path of ['/deliveries', '/delivery-attempts']) {
    test(`${path} → the newest first, those of one time by id, the largest first`, async () =>
      assert.deepEqual((await list(path)).numbers, NEWEST_FIRST));
  }
});

suite('the pages of a list', () => {
  for (const [path, order] of Object.entries({
    '/webhooks': [4, 1, 3, 2, 5],
    '/deliveries': NEWEST_FIRST,
    '/delivery-attempts': NEWEST_FIRST,
  })) {
    test(`${path} one by one → each item once, in order, and the answer repeats limit and offset`, async () => {
      const seen: number[] = [];
      for (let offset = 0; offset < 6; offset += 1) {
        const page = await list(`${path}?limit=1&offset=${offset}`);
        assert.deepEqual([page.limit, page.offset], [1, offset]);
        seen.push(...page.numbers);
      }
      assert.deepEqual(seen, order);
    });

    test(`${path} without limit and offset → 50 and 0; at their largest → as given`, async () => {
      const page = await list(path);
      assert.deepEqual([page.limit, page.offset], [50, 0]);
      const last = await list(`${path}?limit=1000&offset=2147483647`);
      assert.deepEqual([last.limit, last.offset, last.ids], [1000, 2_147_483_647, []]);
    });
  }
});

const FILTERS: Record<string, [query: string, numbers: number[]][]> = {
  '/webhooks': [
    ['active=true', [1, 3, 5]],
    ['active=false', [4, 2]],
    ['active=true&limit=1&offset=1', [3]],
    ['active=false&created_at.gt=2026-03-01T00:00:00.000002Z', []],
  ],
  '/deliveries': [
    [`webhook_id=${ONE}`, [3, 2, 1]],
    [`webhook_id=${ONE.toUpperCase()}`, [3, 2, 1]],
    [`webhook_id=${TWO}`, [5, 4]],
    [`webhook_id=${UNKNOWN_ID}`, []],
    ['status=pending', [4, 1]],
    ['status=succeeded', [5, 2]],
    ['status=failed', [3]],
    [`webhook_id=${TWO}&status=pending`, [4]],
    [`webhook_id=${TWO}&status=pending&created_at.gt=2026-03-01T00:00:00.000002Z`, []],
    ['failed_reason=expired', [3]],
    ['failed_reason=attempts', []],
    [`failed_reason=expired&status=failed&webhook_id=${ONE}`, [3]],
    [`failed_reason=expired&webhook_id=${TWO}`, []],
    ['failed_reason=expired&status=pending', []],
    ['held_reason=endpoint_paused', [1]],
    ['held_reason=scheduled', [4]],
    ['held_reason=imported', []],
    [`held_reason=scheduled&status=pending&webhook_id=${TWO}`, [4]],
    [`held_reason=scheduled&webhook_id=${ONE}`, []],
    ['held_reason=endpoint_paused&status=succeeded', []],
    ['held_reason=scheduled&failed_reason=expired', []],
    ['ordering_key=a%2Fb', [5, 4, 3, 1]],
    ['ordering_key=A%2Fb', [2]],
    ['ordering_key=A/b', [2]],
    ['ordering_key=a', []],
    [`ordering_key=a%2Fb&webhook_id=${ONE}`, [3, 1]],
    [`ordering_key=a%2Fb&webhook_id=${ONE}&status=pending`, [1]],
    ['ordering_key=a%2Fb&status=succeeded&created_at.gt=2026-03-01T00:00:00.000002Z', [5]],
    ['ordering_key=a%2Fb&failed_reason=expired', [3]],
    ['ordering_key=a%2Fb&held_reason=scheduled', [4]],
    ['ordering_key=a%2Fb&limit=2&offset=1', [4, 3]],
  ],
  '/delivery-attempts': [
    [`webhook_id=${ONE}&success=false`, [3, 2, 1]],
    [`webhook_id=${TWO}&success=false`, [5]],
    [`webhook_id=${ONE}`, [3, 2, 1]],
    [`webhook_id=${UNKNOWN_ID}`, []],
    [`delivery_id=${FIRST}`, [2, 1]],
    [`delivery_id=${SECOND}`, [5, 4, 3]],
    [`delivery_id=${UNKNOWN_ID}`, []],
    ['success=true', [4]],
    ['success=false', [5, 3, 2, 1]],
    [`success=false&delivery_id=${SECOND}&webhook_id=${TWO}`, [5]],
    ['success=false&limit=2&offset=1', [3, 2]],
  ],
};

suite('the cursors of a list', () => {
  const ALL = {
    '/webhooks': [4, 1, 3, 2, 5],
    '/deliveries': NEWEST_FIRST,
    '/delivery-attempts': NEWEST_FIRST,
  };
  for (const [path, order] of Object.entries(ALL)) {
    for (const limit of [1, 2, 3, 5, 6]) {
      test(`${path} in pages of ${limit} → each item once, in order, and null behind the last`, async () => {
        const pages = await pagesOf(`${path}?limit=${limit}`);
        assert.deepEqual(pages.flat(), order);
        assert.equal(pages.length, Math.ceil(5 / limit));
      });
    }

    test(`${path} by offset → the cursor goes on from there, in pages of another size`, async () => {
      const first = await list(`${path}?limit=2&offset=1`);
      const rest = await list(`${path}?limit=1000&cursor=${first.next_cursor}`);
      assert.deepEqual([...first.numbers, ...rest.numbers], order.slice(1));
      assert.deepEqual([rest.offset, rest.next_cursor], [0, null]);
    });

    test(`${path} behind a cursor, and what is at fault → 400 that says so`, async () => {
      const { next_cursor: cursor } = await list(`${path}?limit=1`);
      const others = Object.keys(ALL).filter((one) => one !== path);
      for (const [query, details] of [
        ...others.map((one) => [`${one}?cursor=${cursor}`, /^cursor: is of another list or of/]),
        [`${path}?created_at.gt=2020-01-01T00:00:00Z&cursor=${cursor}`, /^cursor: is of another/],
        [`${path}?offset=1&cursor=${cursor}`, /^offset: must be 0 beside a cursor$/],
        [`${path}?cursor=x${cursor}`, /^cursor: is no cursor that this server gave/],
        [`${path}?cursor=${cursor}%00`, /^cursor: is no cursor that this server gave/],
        [`${path}?cursor=`, /^cursor: Empty value found for query parameter 'cursor'$/],
      ] as [string, RegExp][]) {
        const { status, body } = await api.call('GET', query);
        assert.deepEqual([status, body.code], [400, 4], query);
        assert.match(body.details, details, query);
      }
    });
  }

  test('a filter in another form → the same filter; HEAD → the status of GET', async () => {
    const time = 'created_at.gte=2026-02-01T00:00:00Z';
    const { next_cursor: cursor } = await list(`/deliveries?webhook_id=${ONE}&limit=1&${time}`);
    const same = `webhook_id=${ONE.toUpperCase()}&created_at.gte=2026-02-01T01:00:00.0%2B01:00`;
    const { numbers } = await list(`/deliveries?${same}&cursor=${cursor}`);
    assert.deepEqual(numbers, [2, 1]);
    for (const [given, status] of [
      [cursor, 200],
      ['damaged', 400],
    ] as const)
      assert.equal((await api.call('HEAD', `/deliveries?${same}&cursor=${given}`)).status, status);
  });
});

suite('the filters of a list', () => {
  for (const [path, cases] of Object.entries(FILTERS)) {
    for (const [query, numbers] of cases) {
      test(`${path}?${query} → ${numbers.join(', ') || 'nothing'}`, async () =>
        assert.deepEqual((await list(`${path}?${query}`)).numbers, numbers));
    }
  }
});

const RANGES: [query: string, numbers: number[]][] = [
  ['created_at.gt=2026-03-01T00:00:00.000002Z', [5]],
  ['created_at.gte=2026-03-01T00:00:00.000002Z', [5, 4, 3, 2]],
  ['created_at.lt=2026-03-01T00:00:00.000002Z', [1]],
  ['created_at.lte=2026-03-01T00:00:00.000002Z', [4, 3, 2, 1]],
  ['created_at.gt=2026-02-01T00:00:00Z&created_at.lt=2026-03-01T00:00:00.000003Z', [4, 3, 2]],
  ['created_at.gte=2026-03-01T02:00:00.000002%2B02:00', [5, 4, 3, 2]],
  ['created_at.gte=2026-02-28T14:00:00.000003-10:00', [5]],
  ['created_at.gte=2027-01-01T00:00:00Z', []],
  // The time of the three rows, far from Greenwich and in small letters.
  ['created_at.gt=2026-02-28T01:54:00.000002-22:06', [5]],
  ['created_at.gte=2026-02-28t01:54:00.000002-22:06', [5, 4, 3, 2]],
  ['created_at.lt=2026-03-01T23:59:00.000002%2B23:59', [1]],
  ['created_at.lte=2026-03-01t00:00:00.000002z', [4, 3, 2, 1]],
  // A bound between two microseconds, on either side of the three rows.
  ['created_at.gt=2026-03-01T00:00:00.0000021Z', [5]],
  ['created_at.gte=2026-03-01T00:00:00.0000021Z', [5]],
  ['created_at.gt=2026-03-01T00:00:00.0000019Z', [5, 4, 3, 2]],
  ['created_at.gte=2026-03-01T00:00:00.0000019Z', [5, 4, 3, 2]],
  ['created_at.lt=2026-03-01T00:00:00.0000021Z', [4, 3, 2, 1]],
  ['created_at.lte=2026-03-01T00:00:00.0000021Z', [4, 3, 2, 1]],
  ['created_at.lt=2026-03-01T00:00:00.0000019Z', [1]],
  ['created_at.lte=2026-03-01T00:00:00.0000019Z', [1]],
  ['created_at.gte=2026-02-28T23:59:59.9999999999Z', [5, 4, 3, 2]],
  // The second after a leap second's minute, which began the month.
  ['created_at.lt=2026-02-28T23:59:60Z', [1]],
  ['created_at.gte=2026-02-28T23:59:60.000003Z', [5]],
  // Beyond the years that PostgreSQL and RFC 3339 share.
  ['created_at.gt=0000-01-01T00:00:00%2B23:59', [5, 4, 3, 2, 1]],
  ['created_at.lt=0000-12-31T23:59:59Z', []],
  ['created_at.lt=9999-12-31T23:59:59-23:59', [5, 4, 3, 2, 1]],
  ['created_at.gt=9999-12-31T23:59:59.9999999Z', []],
];

test('a filter that is damaged or empty → 400 that names it', async () => {
  for (const [query, details] of [
    ['failed_reason=pending', /^failed_reason: must be equal to one of the allowed values/],
    ['held_reason=outbox', /^held_reason: must be equal to one of the allowed values/],
    ['ordering_key=%00', /^ordering_key: must be text without/],
    [`ordering_key=${'x'.repeat(256)}`, /^ordering_key: must NOT have more than 255/],
  ] as const) {
    const { status, body } = await api.call('GET', `/deliveries?${query}`);
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(body.details, details);
  }
});

suite('a range of created_at, to the microsecond and in any offset', () => {
  for (const path of ['/webhooks', '/deliveries', '/delivery-attempts']) {
    for (const [query, numbers] of RANGES) {
      test(`${path}?${query} → ${numbers.join(', ') || 'nothing'}`, async () =>
        assert.deepEqual(new Set((await list(`${path}?${query}`)).numbers), new Set(numbers)));
    }
  }
});

type Listed = {
  limit: number;
  offset: number;
  next_cursor: string | null;
  ids: string[];
  numbers: number[];
};

/** The numbers on all pages, from the first on. */
async function pagesOf(path: string): Promise<number[][]> {
  const pages: number[][] = [];
  for (let cursor = ''; ;) {
    const { numbers, next_cursor } = await list(`${path}${cursor}`);
    pages.push(numbers);
    if (next_cursor === null) return pages;
    cursor = `&cursor=${next_cursor}`;
  }
}

async function list(path: string): Promise<Listed> {
  const { status, body } = await api.call('GET', path);
  assert.equal(status, 200, JSON.stringify(body));
  const { limit, offset, next_cursor, ...items } = body as Omit<Listed, 'ids' | 'numbers'>;
  const ids = Object.values(items as Record<string, { id: string }[]>).flatMap((rows) =>
    rows.map(({ id }) => id),
  );
  return { limit, offset, next_cursor, ids, numbers: ids.map((id) => Number(id.slice(-12))) };
}
