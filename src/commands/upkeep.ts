import type { Pool } from '../database/pool.ts';
import { UpkeepLoop } from '../process/upkeep-loop.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { measureBacklog } from '../upkeep/backlog.ts';
import { createLeaseCheck } from '../upkeep/lease-check.ts';
import { createPurge } from '../upkeep/purge.ts';
import { releaseHeld } from '../upkeep/release.ts';
import { rescueOverdue } from '../upkeep/rescue.ts';

type MeasureParts = { pool: Pool; metrics: Metrics; log: Log };

/** Counts what waits every 30 s, for the metrics. */
export function startMeasuring({ pool, metrics, log }: MeasureParts): UpkeepLoop {
  return new UpkeepLoop({ task: 'backlog', everyMs: 30_000, log }, () =>
    measureBacklog(pool, metrics),
  );
}

/** Everything that a worker repeats beside its deliveries, each in a loop of its own. */
export function startUpkeep(parts: MeasureParts & { queue: ClaimableQueue }): UpkeepLoop[] {
  const { pool, queue, metrics, log } = parts;
  return [
    new UpkeepLoop(
      { task: 'leases', everyMs: 5000, log },
      createLeaseCheck({ queue, metrics, log }),
    ),
    new UpkeepLoop({ task: 'release', everyMs: 1000, log }, () => releaseHeld(pool, queue)),
    new UpkeepLoop({ task: 'purge', everyMs: 1000, log }, createPurge({ pool, log })),
    new UpkeepLoop({ task: 'rescue', everyMs: 30_000, log }, () => rescueOverdue(pool, queue)),
    startMeasuring(parts),
  ];
}
