import type { Alarms } from '../alarms/alarms.ts';
import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import type { GatedWebhooks } from '../deliveries/gated-webhooks.ts';
import { Subscriptions } from '../events/choosing/subscriptions.ts';
import type { PayloadCheck } from '../events/types/payload-check.ts';
import { queueFanOuts } from '../operations/fan-out.ts';
import { RETENTION_VARIABLES } from '../settings/retention.ts';
import { UpkeepLoop, type UpkeepTask } from '../process/upkeep-loop.ts';
import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import { deletePermitsOver } from '../queue/permits.ts';
import type { Recorder } from '../statistics/recorder.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { measureBacklog } from '../upkeep/backlog.ts';
import { keepQueueSmall, takeCensus } from '../upkeep/census.ts';
import { createAgeCheck, expireHeld } from '../upkeep/expire.ts';
import { createRequestRemoval } from '../upkeep/idempotency.ts';
import { createLeaseCheck } from '../upkeep/lease-check.ts';
import { OperationSteps, removeOperations } from '../upkeep/operations.ts';
import { createOrderRepair } from '../upkeep/order.ts';
import { Outbox } from '../upkeep/outbox.ts';
import { createPurge } from '../upkeep/purge.ts';
import { releaseDue, repairWakes } from '../upkeep/release.ts';
import { createRetention } from '../upkeep/retention.ts';
import { EmittedEvents } from '../upkeep/emitted.ts';
import { linesOf, withoutEffect } from '../upkeep/retention-lines.ts';
import { rescueOverdue } from '../upkeep/rescue.ts';
import { removeEndedSecrets } from '../upkeep/secrets.ts';
import { createStatisticsRemoval } from '../upkeep/statistics.ts';
import { Turn } from '../upkeep/turn.ts';
import { startWatch } from '../upkeep/watch.ts';
import type { Vault } from '../webhooks/secrets/vault.ts';
import { startAlarms } from './alarms.ts';

/** Of one core: what costs more the larger the queue is, or the more keys or held deliveries. */
const SMALL_SHARE = 0.05;

/** Of the time of its loop: steps of operations that have no rate follow each other. */
const OPERATIONS_SHARE = 0.5;

/** Of one core: each round counts the queue, and many webhooks may have a backlog. */
const RELEASE_SHARE = 0.5;

type MeasureParts = { pool: Pool; metrics: Metrics; log: Log };

/** Counts what waits every 30 s, for the metrics. */
export function startMeasuring({ pool, metrics, log }: MeasureParts): UpkeepLoop {
  const work = () => measureBacklog(pool, metrics);
  return new UpkeepLoop(log, { task: 'backlog', everyMs: 30_000, work });
}

type CensusParts = { pool: Pool; log: Log; config: Pick<Config, 'liveJobs'> };

/**
 * Flags webhooks with many jobs every second, while deliveries come in: no worker may be there to
 * do it.
 */
export function startCensus(
  { pool, log, config: { liveJobs } }: CensusParts,
  gated: GatedWebhooks,
): UpkeepLoop {
  const work = async () => void (await takeCensus(pool, liveJobs));
  const during = gated.asking;
  return new UpkeepLoop(log, { task: 'census', everyMs: 1000, share: SMALL_SHARE, during, work });
}

/** Of one core: there may be a state of very many webhooks. */
const GATES_SHARE = 0.02;

type WatchParts = { pool: Pool; log: Log; gated: GatedWebhooks };

/**
 * Has a server know, within a second, which webhooks may hold what comes for them. It asks while
 * deliveries come in; the first batch after a rest asks the database itself.
 */
export function startWatchingGates({ pool, log, gated }: WatchParts): UpkeepLoop {
  const work = () => gated.refresh(pool);
  const during = gated.asking;
  return new UpkeepLoop(log, { task: 'gates', everyMs: 500, share: GATES_SHARE, during, work });
}

type UpkeepParts = MeasureParts &
  CensusParts & {
    queue: ClaimableQueue;
    statistics: Recorder;
    alarms: Alarms;
    payloadCheck: PayloadCheck;
    vault: Vault;
    config: Pick<Config, 'outboxPollMs' | 'retention' | 'alerts'>;
  };

/**
 * Everything that a worker repeats beside its deliveries, in its turn. Tasks of one loop follow
 * each other; what must not wait for another task has a loop of its own.
 */
export function startUpkeep(parts: UpkeepParts): UpkeepLoop[] {
  const { pool, queue, metrics, alarms, log, config } = parts;
  const { liveJobs } = config;
  const turn = new Turn({ queue, log });
  const inTurn = (task: UpkeepTask) => ({ ...task, work: turn.only(task.work) });
  const alone: UpkeepTask[] = [
    { task: 'rescue', everyMs: 30_000, work: () => rescueOverdue({ pool, queue, liveJobs }) },
    { task: 'age', everyMs: 15_000, share: SMALL_SHARE, work: createAgeCheck(parts) },
  ];
  // Who has the turn checks them for all, and gave a sign of life just now.
  const endLost = async () =>
    turn.isMine ? turn.doing(queue.endLost()) : { ended: 0, pauseMs: 1000 };
  const checkLeases = createLeaseCheck({ queue: { endLost }, metrics, log });
  return [
    turn.loop,
    new UpkeepLoop(log, { task: 'leases', everyMs: 1000, work: checkLeases }),
    ...startWatch(
      { db: queue.upkeep, liveJobs, log, turn },
      {
        release: {
          share: RELEASE_SHARE,
          work: () => releaseDue({ pool, queue, liveJobs, alarms, log }),
        },
        census: { share: SMALL_SHARE, work: () => keepQueueSmall(pool, liveJobs) },
        purge: { work: createPurge({ pool, log }) },
        expiry: { work: () => expireHeld(parts) },
        secrets: { work: () => removeEndedSecrets({ pool, log }) },
        operations: operationsTask(parts, turn),
      },
    ),
    startTakingIn(parts, turn),
    ...startRetention(parts, turn),
    ...alone.map((task) => new UpkeepLoop(log, inTurn(task))),
    new UpkeepLoop(log, ...repairs(parts).map(inTurn)),
    ...startAlarms(parts, config.alerts, turn),
    startMeasuring(parts),
  ];
}

/** Takes steps of operations for as long as it is the turn of this worker. */
function operationsTask(parts: UpkeepParts, turn: Turn): Omit<UpkeepTask, 'task' | 'everyMs'> {
  const steps = new OperationSteps(parts);
  return { share: OPERATIONS_SHARE, work: turn.only(() => steps.round()) };
}

/** Where the outbox cannot be read, it is tried again after this time. */
const AFTER_FAILURE_MS = 1000;

/** Takes in what was committed to the outbox: at once where that is said, or with the next poll. */
function startTakingIn(
  { pool, queue, payloadCheck, statistics, metrics, log, config }: UpkeepParts,
  turn: Turn,
): UpkeepLoop {
  const { liveJobs, outboxPollMs: everyMs } = config;
  const subscriptions = new Subscriptions({ log });
  const emitted = new EmittedEvents({
    ...{ pool, subscriptions, payloadCheck, queueFanOuts, metrics, log },
  });
  const outbox = new Outbox({
    ...{ pool, look: queue.upkeep, queue, liveJobs, emitted, statistics, log },
  });
  const work = turn.only(() => outbox.round());
  const afterFailureMs = Math.max(everyMs, AFTER_FAILURE_MS);
  const loop = new UpkeepLoop(log, { task: 'outbox', everyMs, afterFailureMs, work });
  queue.onOutbox((place) => {
    if (place !== undefined) outbox.late(place);
    loop.wake();
  });
  return loop;
}

/** Of one core: its steps are short, and the longer the database takes, the longer they rest. */
const RETENTION_SHARE = 0.2;

/** Removes what is kept no longer; there is no loop where everything is kept. */
function startRetention(parts: UpkeepParts, turn: Turn): UpkeepLoop[] {
  const { log, config } = parts;
  const idle = withoutEffect(config.retention).map((name) => RETENTION_VARIABLES[name]);
  if (idle.length > 0)
    log.warn('retention.without_effect', {
      settings: idle,
      advice: 'the deliveries are removed as soon, with their attempts and payloads',
    });
  if (linesOf(config.retention).length === 0) return [];
  const work = turn.only(createRetention(parts, config.retention));
  const times = { everyMs: 60_000, afterFailureMs: 5000, share: RETENTION_SHARE };
  return [new UpkeepLoop(log, { task: 'retention', ...times, work })];
}

/** They find what was lost or forgotten, and put it right, and remove what is over. */
function repairs({ pool, queue, log }: UpkeepParts): UpkeepTask[] {
  return [
    { task: 'wakes', everyMs: 30_000, work: () => repairWakes(pool) },
    { task: 'idempotency', everyMs: 30_000, work: createRequestRemoval(pool) },
    { task: 'operations_ended', everyMs: 600_000, work: () => removeOperations(pool) },
    { task: 'permits', everyMs: 30_000, work: () => deletePermitsOver(pool) },
    {
      task: 'old_statistics',
      everyMs: 600_000,
      share: SMALL_SHARE,
      work: createStatisticsRemoval(pool),
    },
    {
      task: 'order',
      everyMs: 30_000,
      share: SMALL_SHARE,
      work: createOrderRepair({ pool, queue, log }),
    },
  ];
}
