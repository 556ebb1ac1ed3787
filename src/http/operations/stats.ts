import type { Queryable } from '../../database/pool.ts';
import { ALL_WEBHOOKS } from '../../statistics/figures.ts';
import { rangeOf, type Step } from '../../statistics/range.ts';
import { databaseNow, readStatistics, timeOf } from '../../statistics/read.ts';
import { WebhookNotFound } from '../../webhooks/webhook.ts';
import { hasWebhook } from '../../webhooks/webhook-store.ts';
import type { ApiParts, Operations } from '../handler.ts';
import { BadRequest } from '../problem.ts';
import { utcMs } from '../time.ts';

export function statsHandlers({
  pool,
}: ApiParts): Pick<Operations, 'getStats' | 'getWebhookStats'> {
  return {
    async getStats({ query }) {
      return { status: 200, body: await statsOf(pool, ALL_WEBHOOKS, query) };
    },
    async getWebhookStats({ params, query }) {
      const webhook_id = params.webhook_id.toLowerCase();
      if (!(await hasWebhook(pool, webhook_id))) throw new WebhookNotFound();
      return { status: 200, body: { webhook_id, ...(await statsOf(pool, webhook_id, query)) } };
    },
  };
}

type StatsQuery = { from?: string; to?: string; step?: Step };

async function statsOf(db: Queryable, webhookId: string, query: StatsQuery) {
  const { step = 'hour', from, to } = query;
  const asked = {
    step,
    fromMs: from === undefined ? undefined : utcMs(from, 'down'),
    toMs: to === undefined ? undefined : utcMs(to, 'up'),
  };
  const range = rangeOf(asked, await databaseNow(db));
  if (typeof range === 'string') throw new BadRequest('invalid', range);
  const stats = await readStatistics(db, webhookId, range);
  return { step, from: timeOf(range.fromMs), to: timeOf(range.toMs), stats };
}
