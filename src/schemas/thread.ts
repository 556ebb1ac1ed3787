import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { compare } from './compatibility/compare.ts';
import { compile, type Validate } from './compiled.ts';
import { KeptSchemas } from './kept-schemas.ts';
import type { Answer, Done, Examination, Job, Validation } from './job.ts';
import type { Fault, JsonSchema } from './json-schema.ts';
import { Phases } from './phases.ts';

/**
 * What runs in the thread of `SchemaThread`: it answers one job after the other. Schemas and
 * payloads may be hostile, so that it may be ended at any moment.
 */

type Compiled = ReturnType<typeof compile>;

const phases = new Phases(workerData as SharedArrayBuffer);
const kept = new KeptSchemas<Compiled>();

/** The processor time of this thread when the present payload was begun with. */
let runsSince: number | undefined;

/** What patterns and schemas have taken by then is let go, so that the next ones find room. */
const FULL_BYTES = 64 * 1024 * 1024;

parentPort?.on('message', (job: Job) => {
  runsSince = undefined;
  const answer = answerTo(job);
  const done: Done = { answer, runMs: runsSince === undefined ? 0 : cpuMs() - runsSince };
  parentPort?.postMessage(done);
  if (kept.size > 0 && getHeapStatistics().used_heap_size > FULL_BYTES) kept.clear();
});
parentPort?.postMessage('ready');

function answerTo(job: Job): Answer {
  try {
    switch (job.kind) {
      case 'examine':
        return examination(job.schema);
      case 'validate':
        return validation(job.schema, job.payload);
      case 'compare':
        phases.begin('run');
        return compare(JSON.parse(job.before) as JsonSchema, JSON.parse(job.after) as JsonSchema);
    }
  } catch (error) {
    // Of the stack: schemas and payloads may call for more depth than there is.
    if (error instanceof RangeError) return { kind: 'too_slow' };
    throw error;
  }
}

function examination(schema: string): Examination {
  const compiled = compiledOf(schema);
  return 'fault' in compiled ? { kind: 'unusable', ...compiled.fault } : { kind: 'usable' };
}

function validation(schema: string, payload: string): Validation {
  const compiled = compiledOf(schema);
  const validate: Validate =
    'fault' in compiled ? () => unusable(compiled.fault) : compiled.validate;
  phases.begin('run');
  runsSince = cpuMs();
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return { kind: 'not_json', message: 'must be JSON, as its type has a schema' };
  }
  const fault = validate(value);
  return fault === undefined ? { kind: 'fits' } : { kind: 'misfit', ...fault };
}

/** Of a schema that somebody wrote into the table: nothing fits it. */
function unusable({ pointer, message }: Fault): Fault {
  return { pointer: '', message: `the schema of its type cannot be used: ${pointer} ${message}` };
}

function compiledOf(text: string): Compiled {
  const known = kept.get(text);
  if (known !== undefined) return known;
  phases.begin('compile');
  return kept.keep(text, compile(JSON.parse(text) as JsonSchema));
}

/** Processor time of this thread, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
