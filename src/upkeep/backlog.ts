import type { Pool } from '../database/pool.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { HELD_REASONS } from '../deliveries/delivery.ts';
import { countBacklog } from '../deliveries/pending.ts';
import { countBlockedKeys } from '../deliveries/order/blocked.ts';
import { countUnderWay } from '../operations/operation-store.ts';
import { countPermitsInUse } from '../queue/permits.ts';
import { COUNTED_STATES, countWebhooks } from '../webhooks/health/shown-state.ts';

/**
 * Counts what waits, webhooks and operations by state, for the metrics. In the background: a scrape
 * must not cost the database anything.
 */
export async function measureBacklog(pool: Pool, metrics: Metrics): Promise<void> {
  const { pending, oldestDueSeconds, held } = await countBacklog(pool);
  metrics.pending.set(pending);
  metrics.oldestDueSeconds.set(oldestDueSeconds);
  for (const reason of HELD_REASONS) metrics.held.set({ reason }, held[reason] ?? 0);
  metrics.permitsInUse.set(await countPermitsInUse(pool));
  const webhooks = await countWebhooks(pool);
  for (const state of COUNTED_STATES) metrics.webhooks.set({ state }, webhooks[state] ?? 0);
  metrics.blockedKeys.set(await countBlockedKeys(pool));
  const operations = await countUnderWay(pool);
  for (const state of ['queued', 'running'] as const)
    metrics.operations.set({ state }, operations.get(state) ?? 0);
}
