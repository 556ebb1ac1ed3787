import { accept, acceptKeys } from './scenarios/accept.ts';
import { batch } from './scenarios/batch.ts';
import { isolationDead, waitingRetries } from './scenarios/beside.ts';
import { choose } from './scenarios/choose.ts';
import { deferred } from './scenarios/deferred.ts';
import { deletion } from './scenarios/delete.ts';
import { drain, drainLarge, drainOne } from './scenarios/drain.ts';
import { enqueue } from './scenarios/enqueue.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { history } from './scenarios/history.ts';
import { hostile } from './scenarios/hostile.ts';
import { idle } from './scenarios/idle.ts';
import {
  isolationBurst,
  isolationBusy,
  isolationHanging,
  isolationSlow,
  isolationStrangers,
} from './scenarios/isolation.ts';
import { kill } from './scenarios/kill.ts';
import { latency } from './scenarios/latency.ts';
import { ordered } from './scenarios/ordered.ts';
import { outbox } from './scenarios/outbox.ts';
import { pages } from './scenarios/pages.ts';
import { paused } from './scenarios/paused.ts';
import { pipeline } from './scenarios/pipeline.ts';
import { pipelineSteady } from './scenarios/pipeline-steady.ts';
import { reads } from './scenarios/reads.ts';
import { redeliver } from './scenarios/redeliver.ts';
import { retention, retentionFirst, retentionOff } from './scenarios/retention.ts';
import { takeover } from './scenarios/takeover.ts';
import type { Scenario } from './trial.ts';

/** By name, in the order in which they run. */
export const SCENARIOS: Record<string, Scenario> = {
  drain,
  'drain-one': drainOne,
  'drain-50k': drainLarge,
  accept,
  'accept-keys': acceptKeys,
  enqueue,
  batch,
  'fan-out': fanOut,
  choose,
  pipeline,
  'pipeline-steady': pipelineSteady,
  latency,
  outbox,
  idle,
  history,
  deferred,
  'isolation-burst': isolationBurst,
  'isolation-hanging': isolationHanging,
  'isolation-slow': isolationSlow,
  'isolation-busy': isolationBusy,
  'isolation-strangers': isolationStrangers,
  'isolation-dead': isolationDead,
  'waiting-retries': waitingRetries,
  paused,
  ordered,
  kill,
  reads,
  pages,
  takeover,
  redeliver,
  retention,
  'retention-off': retentionOff,
  'retention-first': retentionFirst,
  delete: deletion,
  hostile,
};

/** The scenario of that name, else all whose names start with it: `isolation` has several. */
export function scenariosNamed(name: string): string[] {
  const all = Object.keys(SCENARIOS);
  return all.includes(name) ? [name] : all.filter((one) => one.startsWith(`${name}-`));
}
