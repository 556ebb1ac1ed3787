import type { ApiClient, Schemas } from '../../client/api.ts';
import { ApiProblem } from '../../client/problem.ts';
import {
  noOperation,
  notCancelled,
  noWebhook,
  underWay,
  type OperationsAccess,
} from '../operations-access.ts';

const WEBHOOK_NOT_FOUND = 5;
const OPERATION_NOT_FOUND = 30;
const OPERATION_UNDER_WAY = 31;
const OPERATION_ENDED = 32;

/** Counting takes seconds where there are many deliveries. */
const COUNT_MS = 120_000;

/** The operations that a server tells of. */
export const atServer = (api: ApiClient): OperationsAccess => ({
  source: 'The server',
  list: async (limit) => (await api.get('/operations', { query: { limit } })).operations,
  find: (id) =>
    refusing(api.get('/operations/{operation_id}', { path: { operation_id: id } }), { id }),
  cancel: (id) =>
    refusing(api.post('/operations/{operation_id}/cancel', { path: { operation_id: id } }), { id }),
  async count(filter) {
    const body = { filter, dry_run: true, rate_per_second: 1 };
    const counted = api.post('/redeliveries', { body, timeoutMs: COUNT_MS });
    return (await refusing(counted, {
      webhookId: filter.webhook_id,
    })) as Schemas['RedeliveryCount'];
  },
  async redeliver(filter, rate_per_second) {
    const created = api.post('/redeliveries', {
      body: { filter, dry_run: false, rate_per_second },
    });
    return (await refusing(created, { webhookId: filter.webhook_id })) as Schemas['Operation'];
  },
  timeAgo: async (ms) => new Date(Date.now() - ms).toISOString(),
});

type About = { id?: string; webhookId?: string | undefined };

async function refusing<Value>(
  work: Promise<Value>,
  { id = '', webhookId }: About,
): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    const { code, details = '' } = error;
    if (code === WEBHOOK_NOT_FOUND) throw noWebhook(webhookId);
    if (code === OPERATION_NOT_FOUND) throw noOperation(id);
    if (code === OPERATION_ENDED) throw notCancelled(id, details);
    if (code === OPERATION_UNDER_WAY) throw underWay(/[\da-f-]{36}/.exec(details)?.[0] ?? '');
    throw error;
  }
}
