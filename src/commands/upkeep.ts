import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import { UpkeepLoop } from '../process/upkeep-loop.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import { deletePermitsOver } from '../queue/permits.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { measureBacklog } from '../upkeep/backlog.ts';
import { keepQueueSmall, takeCensus } from '../upkeep/census.ts';
import { expireAged, expireHeld } from '../upkeep/expire.ts';
import { createLeaseCheck } from '../upkeep/lease-check.ts';
import { createOrderRepair } from '../upkeep/order.ts';
import { createPurge } from '../upkeep/purge.ts';
import { releaseDue, repairWakes } from '../upkeep/release.ts';
import { rescueOverdue } from '../upkeep/rescue.ts';

type MeasureParts = { pool: Pool; metrics: Metrics; log: Log };

/** Counts what waits every 30 s, for the metrics. */
export function startMeasuring({ pool, metrics, log }: MeasureParts): UpkeepLoop {
  return new UpkeepLoop({ task: 'backlog', everyMs: 30_000, log }, () =>
    measureBacklog(pool, metrics),
  );
}

/** Of one core: each round counts the queue, and many webhooks may have a backlog. */
const RELEASE_SHARE = 0.5;

/** Of one core: counting the queue costs more the larger it is. */
const CENSUS_SHARE = 0.05;

/** Of one core: there may be very many ordering keys. */
const REPAIR_SHARE = 0.05;

/** Of one core: to look at the ages of all that is held costs more the more that is. */
const AGE_SHARE = 0.05;

type CensusParts = { pool: Pool; log: Log; config: Pick<Config, 'liveJobs'> };

/** Flags webhooks with many jobs every second: no worker may be there to do it. */
export function startCensus({ pool, log, config: { liveJobs } }: CensusParts): UpkeepLoop {
  return new UpkeepLoop({ task: 'census', everyMs: 1000, share: CENSUS_SHARE, log }, async () => {
    await takeCensus(pool, liveJobs);
  });
}

/** Everything that a worker repeats beside its deliveries, each in a loop of its own. */
export function startUpkeep(
  parts: MeasureParts & CensusParts & { queue: ClaimableQueue },
): UpkeepLoop[] {
  const { pool, queue, metrics, log, config } = parts;
  const { liveJobs } = config;
  const second = { everyMs: 1000, log };
  return [
    new UpkeepLoop(
      { task: 'leases', everyMs: 5000, log },
      createLeaseCheck({ queue, metrics, log }),
    ),
    new UpkeepLoop({ task: 'release', ...second, share: RELEASE_SHARE }, () =>
      releaseDue({ pool, queue, liveJobs, log }),
    ),
    new UpkeepLoop({ task: 'census', ...second, share: CENSUS_SHARE }, () =>
      keepQueueSmall(pool, liveJobs),
    ),
    new UpkeepLoop({ task: 'repair', everyMs: 30_000, log }, () => repairWakes(pool)),
    new UpkeepLoop({ task: 'permits', everyMs: 30_000, log }, () => deletePermitsOver(pool)),
    new UpkeepLoop(
      { task: 'order', everyMs: 30_000, share: REPAIR_SHARE, log },
      createOrderRepair({ pool, queue, log }),
    ),
    new UpkeepLoop({ task: 'expiry', everyMs: 5000, log }, () =>
      expireHeld({ pool, queue, metrics, log }),
    ),
    new UpkeepLoop({ task: 'age', everyMs: 15_000, share: AGE_SHARE, log }, () =>
      expireAged({ pool, queue, metrics, log }),
    ),
    new UpkeepLoop({ task: 'purge', ...second }, createPurge({ pool, log })),
    new UpkeepLoop({ task: 'rescue', everyMs: 30_000, log }, () =>
      rescueOverdue({ pool, queue, liveJobs }),
    ),
    startMeasuring(parts),
  ];
}
