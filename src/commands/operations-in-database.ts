import type { Alarms } from '../alarms/alarms.ts';
import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import { cancelOperation } from '../operations/end-operation.ts';
import { findOperation, listOperations } from '../operations/operation-store.ts';
import { OperationEnded, OperationNotFound, OperationUnderWay } from '../operations/operation.ts';
import { countRedelivery, createRedelivery } from '../operations/redelivery.ts';
import type { Log } from '../telemetry/log.ts';
import { WebhookNotFound } from '../webhooks/webhook.ts';
import { openAlarms } from './alarms.ts';
import { connectTo, endPool, openPool } from './connecting.ts';
import {
  noOperation,
  notCancelled,
  noWebhook,
  underWay,
  type OperationsAccess,
} from './operations-access.ts';

/** Hands `use` the operations in the database of the settings. @throws CommandError */
export async function withDatabase(
  config: Config,
  log: Log,
  use: (operations: OperationsAccess) => Promise<void>,
): Promise<void> {
  const { migrationsDir } = config.database;
  const connection = await connectTo(config);
  const name = 'postmand operations';
  const pool = await openPool(connection, { max: 1, name, migrationsDir, log });
  try {
    // What was done is said in words, and not in the log.
    const alarms = await openAlarms({ pool, log: { ...log, info() {} } }, config.alerts);
    await use(inDatabase(pool, alarms));
  } finally {
    await endPool(pool);
  }
}

const inDatabase = (pool: Pool, alarms: Alarms): OperationsAccess => ({
  source: 'The database',
  async list(limit) {
    const { items } = await listOperations(pool, {}, { limit, offset: 0, createdAt: {} });
    return items;
  },
  find: (id) => refusing(findOperation(pool, id), { id }),
  cancel: (id) => refusing(cancelOperation({ pool, alarms }, id), { id }),
  count: (filter) => refusing(countRedelivery(pool, filter), { webhookId: filter.webhook_id }),
  redeliver: (filter, ratePerSecond) =>
    refusing(createRedelivery(pool, filter, ratePerSecond), { webhookId: filter.webhook_id }),
  async timeAgo(ms) {
    const { rows } = await pool.query<{ at: string }>(
      'select now() - make_interval(secs => $1) as at',
      [ms / 1000],
    );
    return rows[0]?.at ?? '';
  },
});

type About = { id?: string; webhookId?: string | undefined };

async function refusing<Value>(
  work: Promise<Value>,
  { id = '', webhookId }: About,
): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof OperationNotFound) throw noOperation(id);
    if (error instanceof OperationEnded) throw notCancelled(id, error.message);
    if (error instanceof WebhookNotFound) throw noWebhook(webhookId);
    if (error instanceof OperationUnderWay) throw underWay(error.id);
    throw error;
  }
}
