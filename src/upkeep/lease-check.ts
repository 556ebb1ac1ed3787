import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';

/** After this time without a pass, deliveries of dead workers wait only because the check fails. */
const ALARM_MS = 60_000;

type LeaseCheckParts = { queue: Pick<ClaimableQueue, 'endLost'>; metrics: Metrics; log: Log };

/**
 * @returns a pass that ends the leases of lost owners. It resolves with the milliseconds until the
 * next one is needed. If no pass has succeeded for a minute, a pass that fails logs that, at most
 * once a minute. `now` is in milliseconds and never goes back.
 */
export function createLeaseCheck(
  { queue, metrics, log }: LeaseCheckParts,
  now = () => performance.now(),
): () => Promise<number> {
  let succeededAt = now();
  let toldAt = -Infinity;
  const age = () => now() - succeededAt;
  metrics.onScrape(() => metrics.leaseCheckAge.set(age() / 1000));

  return async () => {
    try {
      const { pauseMs } = await queue.endLost();
      succeededAt = now();
      return pauseMs;
    } catch (error) {
      if (age() >= ALARM_MS && now() - toldAt >= ALARM_MS) {
        toldAt = now();
        log.error('leases.not_checked', { seconds: Math.round(age() / 1000), error });
      }
      throw error;
    }
  };
}
