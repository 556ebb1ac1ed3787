import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Place } from '../../src/database/page.ts';
import { listDeliveries, type DeliveryFilter } from '../../src/deliveries/delivery-list.ts';
import { STATUSES, type Delivery, type Status } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { addDeliveryRows, addWebhookRows, numbered } from '../setup/rows.ts';
import { wholeFile } from '../setup/whole-file.ts';

const { pool } = await freshDatabase(wholeFile);
const webhookId = numbered('webhook', 1);
await addWebhookRows(pool, [{ id: webhookId }]);

/** A few times, so that many rows share one and only their ids tell them apart. */
const TIMES = ['2026-03-01T00:00:00Z', '2026-03-01T00:00:00.000001Z', '2026-03-02T00:00:00Z'];
const row = fc.record({ time: fc.constantFrom(...TIMES), status: fc.constantFrom(...STATUSES) });
const change = fc.oneof(
  row.map((value) => ({ kind: 'create' as const, ...value })),
  fc.record({
    kind: fc.constantFrom('delete' as const, 'redeliver' as const),
    which: fc.nat({ max: 20 }),
  }),
);
const page = fc.record({
  limit: fc.integer({ min: 1, max: 4 }),
  changes: fc.array(change, { maxLength: 3 }),
});

test('rows that come, go and change between pages → each that stays is on one page, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 12 }),
      fc.array(page, { minLength: 1, maxLength: 8 }),
      fc.constantFrom<DeliveryFilter>({}, { webhookId }),
      async (rows, pages, filter) => {
        await pool.query('delete from deliveries');
        const staying = new Set<string>();
        for (const one of rows) staying.add(await create(one));
        const seen = await readWhile(filter, pages, async ({ changes }) => {
          for (const one of changes) await apply(one, staying);
        });
        const ids = seen.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, 'none twice');
        assert.deepEqual(
          [...staying].filter((id) => !ids.includes(id)),
          [],
          'none missed',
        );
        assert.deepEqual(
          ids,
          seen.toSorted(newestFirst).map(({ id }) => id),
        );
      },
    ),
    { numRuns: 40 },
  );
});

type Page = { limit: number; changes: Change[] };
type Change =
  | { kind: 'create'; time: string; status: Status }
  | { kind: 'delete' | 'redeliver'; which: number };

/** All pages, with changes behind each; the last of `pages` repeats. */
async function readWhile(
  filter: DeliveryFilter,
  pages: Page[],
  change: (page: Page) => Promise<void>,
): Promise<Delivery[]> {
  const seen: Delivery[] = [];
  let after: Place | undefined;
  for (let i = 0; ; i += 1) {
    const size = pages[Math.min(i, pages.length - 1)] as Page;
    const asked = { limit: size.limit, offset: 0, createdAt: {}, after };
    const { items, last } = await listDeliveries(pool, filter, asked);
    assert.ok(items.length === size.limit || last === undefined);
    seen.push(...items);
    if (last === undefined) return seen;
    after = last;
    if (i < pages.length) await change(size);
  }
}

async function create({ time, status }: { time: string; status: Status }): Promise<string> {
  const [id = ''] = await addDeliveryRows(pool, [
    { id: randomUUID(), webhookId, status, createdAt: time },
  ]);
  return id;
}

async function apply(change: Change, staying: Set<string>): Promise<void> {
  if (change.kind === 'create') return void (await create(change));
  const id = [...staying][change.which];
  if (id === undefined) return;
  if (change.kind === 'delete') {
    staying.delete(id);
    await pool.query('delete from deliveries where id = $1', [id]);
  } else {
    await pool.query(
      `update deliveries
       set status = case status when 'pending' then 'succeeded' else 'pending' end where id = $1`,
      [id],
    );
  }
}

function newestFirst(a: Delivery, b: Delivery): number {
  const [one, other] = [`${a.created_at} ${a.id}`, `${b.created_at} ${b.id}`];
  return one < other ? 1 : -1;
}
