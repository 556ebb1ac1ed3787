import { idle } from './scenarios/idle.ts';
import { isolation } from './scenarios/isolation.ts';
import { kill } from './scenarios/kill.ts';
import { latency } from './scenarios/latency.ts';
import { pipeline } from './scenarios/pipeline.ts';
import type { RivalScenario } from './scenario.ts';

/** By name, in the order in which they run. */
export const SCENARIOS: Record<string, RivalScenario> = {
  idle,
  latency,
  pipeline,
  isolation,
  kill,
};
