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
  ],
  '/delivery-attempts': [
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

suite('a range of created_at, to the microsecond and in any offset', () => {
  for (const path of ['/webhooks', '/deliveries', '/delivery-attempts']) {
    for (const [query, numbers] of RANGES) {
      test(`${path}?${query} → ${numbers.join(', ') || 'nothing'}`, async () =>
        assert.deepEqual(new Set((await list(`${path}?${query}`)).numbers), new Set(numbers)));
    }
  }
});

type Listed = { limit: number; offset: number; ids: string[]; numbers: number[] };

async function list(path: string): Promise<Listed> {
  const { status, body } = await api.call('GET', path);
  assert.equal(status, 200, JSON.stringify(body));
  const { limit, offset, ...items } = body as { limit: number; offset: number };
  const ids = Object.values(items as Record<string, { id: string }[]>).flatMap((rows) =>
    rows.map(({ id }) => id),
  );
  return { limit, offset, ids, numbers: ids.map((id) => Number(id.slice(-12))) };
}
