import type { Pool } from '../../src/database/pool.ts';
import type { DeliveryQueue } from '../../src/queue/delivery-queue.ts';
import { silentLog } from './parts.ts';
import { releaseDue, repairWakes } from '../../src/upkeep/release.ts';

export const LIVE_JOBS = 1000;

/** Finds what may be released, and releases it, as a worker does; one round after another. */
export async function releaseHeld(
  { pool, queue }: { pool: Pool; queue: DeliveryQueue },
  liveJobs = LIVE_JOBS,
): Promise<void> {
  await repairWakes(pool);
  while ((await releaseDue({ pool, queue, liveJobs, log: silentLog })) === 'more');
}
