import assert from 'node:assert/strict';
import {
  attemptedWith,
  requestOf,
  type Attempted,
  type RecordedExchange,
} from '../../src/attempts/deliver.ts';
import { settle, type Settled } from '../../src/attempts/settle.ts';
import type { Queryable } from '../../src/database/pool.ts';
import { Acceptor } from '../../src/deliveries/accepting/accept.ts';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { payloadSql } from '../../src/deliveries/payload.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { Webhook } from '../../src/webhooks/webhook.ts';
import { findOne } from './found.ts';
import type { Cleanup } from './last-first.ts';
import { addWebhook } from './rows.ts';
import { claimed, freshWorkerQueue, type WorkerQueue } from './worker-queue.ts';
import { EVENT_SOURCE } from './settings.ts';

export type Ordering = WorkerQueue & {
  acceptor: Acceptor;
  /** Accepts one payload after the other with a key. */
  accept(webhook: Webhook, key: string | undefined, ...payloads: string[]): Promise<Delivery[]>;
  /** Claims the one job that there is, sends nothing, and settles as if this had come of it. */
  end(status: number): Promise<Settled[]>;
  claimAttempt(status: number): Promise<Attempted>;
};

/** A database of its own with what accepts into it and settles. */
export async function freshOrdering(t: Cleanup): Promise<Ordering> {
  const worker = await freshWorkerQueue(t);
  const { pool, queue, commit } = worker;
  const acceptor = new Acceptor({ pool, queue, metrics: createMetrics() });
  async function claimAttempt(status: number): Promise<Attempted> {
    const [claim] = await claimed(queue, 1);
    assert.ok(claim, 'nothing can be claimed');
    const found = await findOne(pool, claim.deliveryId);
    assert.ok(found);
    const { webhook, delivery, state } = found;
    const assignment = {
      claim,
      webhook,
      state,
      delivery: { ...delivery, payload: delivery.payload ?? '' },
      readAt: performance.now(),
    };
    const came = { exchange: answer(status), random: Math.random };
    return attemptedWith(assignment, requestOf(assignment, EVENT_SOURCE), came);
  }
  return {
    ...worker,
    acceptor,
    accept: (webhook, orderingKey, ...payloads) =>
      inTurn(payloads, async (payload) => {
        const [result] = await acceptor.accept([{ webhookId: webhook.id, payload, orderingKey }]);
        assert.equal(result.kind, 'stored');
        return result.delivery;
      }),
    claimAttempt,
    end: async (status) => {
      const attempt = await claimAttempt(status);
      return (await commit((tx) => settle(tx, queue, [attempt]))).settled;
    },
  };
}

/** A webhook with one attempt a delivery, whose keys stop at a failed one. */
export function addBlockingWebhook(worker: WorkerQueue): Promise<Webhook> {
  return addWebhook(worker, { max_delivery_attempts: 1, ordering_on_failure: 'block' });
}

/**
 * The deliveries of a key in the order of their sequence, such as `a: pending head job` or
 * `b: pending ordered`.
 */
export async function lineOf(db: Queryable, key: string): Promise<string[]> {
  const { rows } = await db.query<{ words: string }>(
    `select concat_ws(' ', (${payloadSql('deliveries')}) || ':', status, case when is_head then 'head' end, held_reason,
       case when exists (
         select from postmand_queue.job where singleton_key = deliveries.id::text
       ) then 'job' end) as words
     from deliveries where ordering_key = $1 order by sequence`,
    [key],
  );
  return rows.map(({ words }) => words);
}

function answer(status: number): RecordedExchange {
  const head = { httpVersion: '1.1', status, reason: 'OK', rawHeaders: [] };
  return { kind: 'response', ...head, body: Buffer.from(''), bodyCut: false, durationMs: 1 };
}

async function inTurn<Item, Result>(
  items: Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
