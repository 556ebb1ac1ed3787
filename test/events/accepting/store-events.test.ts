import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { inTransaction, type Tx } from '../../../src/database/transaction.ts';
import { storeEvents, type LeftToFanOut } from '../../../src/events/accepting/store-events.ts';
import { freshDatabase } from '../../setup/database.ts';

suite('storing events', () => {
  test('many that go to very many webhooks each → no statement has all of them', async (t) => {
    const { pool } = await freshDatabase(t);
    const recipients = Array.from({ length: 20_000 }, () => randomUUID());
    const planned = Array.from({ length: 8 }, () => {
      const event = { id: randomUUID(), type: 'order.paid', payload: 'x', recipients };
      return { ...event, fannedOut: 0, operationId: randomUUID() };
    });
    const sizes: number[] = [];
    const left: LeftToFanOut[] = [];
    await inTransaction(pool, (tx) =>
      storeEvents(
        {
          ...tx,
          query: (text: string, values: unknown[]) => {
            sizes.push(JSON.stringify(values).length);
            return tx.query(text, values);
          },
        } as Tx,
        planned,
        (_tx, some) => left.push(...some),
      ),
    );
    assert.equal(left.length, planned.length);
    const { rows } = await pool.query(
      'select count(*)::int as events, sum(cardinality(recipients))::int as ids from events',
    );
    assert.deepEqual(rows, [{ events: 8, ids: 8 * 20_000 }]);
    // Those of one event alone have 740,000 characters.
    assert.ok(Math.max(...sizes) < 3_000_000, `${Math.max(...sizes)} characters`);
  });
});
