import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { openClaimableQueue } from '../../src/deliveries/queue.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';

const JOBS = 20_000;

test('20,000 jobs wait, half of them for later → a claim reads from the queue’s index and never the whole table', async (t) => {
  const { pool, connection } = await freshDatabase(t);
  const statements: { text: string; values: unknown[] }[] = [];
  const queue = await openClaimableQueue(recording(pool, statements), connection, 1, silentLog);
  lastFirst(t).after(() => queue.close());
  const ignored = randomUUID();
  await inTransaction(pool, (tx) =>
    queue.enqueue(
      tx,
      Array.from({ length: JOBS }, (_, i) => ({
        deliveryId: randomUUID(),
        webhookId: i % 4 === 0 ? ignored : randomUUID(),
        delaySeconds: i % 2 === 0 ? 3600 + i : 0,
      })),
    ),
  );
  await pool.query('analyze');

  assert.equal((await queue.claim(50, [ignored])).length, 50);

  const claim = statements.find(({ text }) => text.includes('SKIP LOCKED')) ?? assert.fail('no claim was seen');
  const plan = await planOf(pool, claim);
  assert.match(plan, /Index Scan using \w*i11\b/, plan);
  assert.doesNotMatch(plan, /Seq Scan|Sort/, plan);
});

test('20,000 jobs wait → whether 1,000 deliveries have one is looked up in the index of exclusive jobs', async (t) => {
  const { pool, connection } = await freshDatabase(t);
  const statements: { text: string; values: unknown[] }[] = [];
  const queue = await openClaimableQueue(pool, connection, 1, silentLog);
  lastFirst(t).after(() => queue.close());
  const jobs = Array.from({ length: JOBS }, () => ({ deliveryId: randomUUID(), webhookId: randomUUID(), delaySeconds: 0 }));
  await inTransaction(pool, (tx) => queue.enqueue(tx, jobs));
  const [without, ...some] = [randomUUID(), ...jobs.slice(0, 999).map(({ deliveryId }) => deliveryId)];

  for (const statistics of ['', 'analyze']) {
    await pool.query(statistics);
    assert.deepEqual(
      await inTransaction(recording(pool, statements), (tx) => queue.withoutJob(tx, [without, ...some])),
      new Set([without]),
    );
    const question = statements.findLast(({ text }) => text.includes('pgboss.job')) ?? assert.fail('no question was seen');
    const plan = await planOf(pool, question);
    assert.match(plan, /Index (Only )?Scan using \w*i6\b/, plan);
    assert.match(plan, /Index Cond: .*singleton_key/, plan);
    assert.doesNotMatch(plan, /Seq Scan|Hash/, plan);
  }
});

async function planOf(pool: Pool, { text, values }: { text: string; values: unknown[] }): Promise<string> {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

/** The pool, with every statement of its connections noted. */
function recording(pool: Pool, statements: { text: string; values: unknown[] }[]): Pool {
  return new Proxy(pool, {
    get(target, name) {
      if (name !== 'connect') return Reflect.get(target, name) as unknown;
      return async () => {
        const client = await target.connect();
        return new Proxy(client, {
          get(inner, key) {
            const value: unknown = Reflect.get(inner, key);
            if (typeof value !== 'function') return value;
            return (...parameters: unknown[]) => {
              if (key === 'query') statements.push({ text: String(parameters[0]), values: (parameters[1] as unknown[] | undefined) ?? [] });
              return value.apply(inner, parameters) as unknown;
            };
          },
        });
      };
    },
  });
}
