import assert from 'node:assert/strict';
import { Acceptor, type Draft } from '../../../src/deliveries/accepting/accept.ts';
import type { Accepted } from '../../../src/deliveries/accepting/accepted.ts';
import type { Delivery } from '../../../src/deliveries/delivery.ts';
import { openQueue } from '../../../src/queue/delivery-queue.ts';
import { createMetrics } from '../../../src/telemetry/metrics.ts';
import { freshDatabase } from '../../setup/database.ts';
import { lastFirst, type Cleanup } from '../../setup/last-first.ts';
import { silentLog } from '../../setup/parts.ts';

/** A database of its own with a queue, and what accepts deliveries into them. */
export async function freshAccept(t: Cleanup) {
  const database = await freshDatabase(t);
  const queue = await openQueue(database.pool, silentLog);
  lastFirst(t).after(() => queue.close());
  const acceptor = new Acceptor({ pool: database.pool, queue, metrics: createMetrics() });
  const accept: Acceptor['accept'] = (...args) => acceptor.accept(...args);
  const acceptOne = async (draft: Draft) => stored((await accept([draft]))[0]);
  return { ...database, accept, acceptOne };
}

/** The delivery of a draft that must have been stored. */
export function stored(result: Accepted): Delivery {
  assert.equal(result.kind, 'stored');
  return result.delivery;
}
