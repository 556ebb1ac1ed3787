import { Worker } from 'node:worker_threads';
import { Phases } from './phases.ts';
import type { Comparison, Done, Examination, Job, Validation } from './job.ts';

/** What one job may take, in milliseconds. */
export type JobLimits = {
  /** Of processor time to examine a schema. To compile it again it may take twice as much. */
  examineMs: number;
  /** Of processor time for one payload, or for one comparison. */
  runMs: number;
  /** Of time, on a machine that has no processor for it, or that stood still. */
  wallMs: number;
  /** How often what is under way is looked at. */
  lookEveryMs: number;
};

const LIMITS: JobLimits = { examineMs: 500, runMs: 250, wallMs: 10_000, lookEveryMs: 50 };

/** A megabyte of JSON takes about 20 MB as values. */
const RESOURCES = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

type Asked = {
  job: Job;
  resolve(done: Done): void;
  reject(error: unknown): void;
  /** The thread died once while this was the first that waited. */
  wasFirst?: boolean;
};

/** What a look found to be under way, with the time and the processor time of that look. */
type Watched = { asked: Asked; phase: number; since: number; cpuMs: number };

/**
 * Compiles and compares schemas, and validates payloads, in a thread of its own: neither the time
 * nor the memory that one of them takes is the process's. The thread is started with the first job.
 * One that takes too long ends with the thread, and those behind it go to a new one. It keeps the
 * process alive only while a job waits.
 */
export class SchemaThread {
  readonly #limits: JobLimits;
  /** The first one is what the thread is working at. */
  readonly #waiting: Asked[] = [];
  #worker: Worker | undefined;
  #phases = new Phases();
  #isReady = false;
  #watched: Watched | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(limits: Partial<JobLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Whether a schema can be used, with all of its patterns and references. */
  async examine(schema: string): Promise<Examination> {
    return (await this.ask({ kind: 'examine', schema })).answer as Examination;
  }

  /** Whether a payload, JSON as text, fits a schema that can be used. */
  async validate(schema: string, payload: string): Promise<Validation> {
    return (await this.ask({ kind: 'validate', schema, payload })).answer as Validation;
  }

  /** Whether `after` may follow `before`. Both can be used. */
  async compare(before: string, after: string): Promise<Comparison> {
    return (await this.ask({ kind: 'compare', before, after })).answer as Comparison;
  }

  /** Ends the thread. What waits is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end(new Error('the thread for schemas was closed'));
  }

  /** One job. Those that are asked for meanwhile wait behind it. */
  ask(job: Job): Promise<Done> {
    if (this.#isClosed) return Promise.reject(new Error('the thread for schemas was closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (this.#worker === undefined) return this.#start();
      this.#worker.ref();
      this.#worker.postMessage(job);
      this.#watch();
    });
  }

  /** A new thread, which gets everything that waits. */
  #start(): void {
    this.#phases = new Phases();
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: this.#phases.shared,
      resourceLimits: RESOURCES,
    });
    this.#worker = worker;
    this.#isReady = false;
    worker.on('message', (message: Done | 'ready') => this.#onMessage(worker, message));
    worker.on('error', (error: unknown) => this.#onDeath(worker, error));
    for (const { job } of this.#waiting) worker.postMessage(job);
  }

  #onMessage(worker: Worker, message: Done | 'ready'): void {
    if (worker !== this.#worker) return;
    if (message === 'ready') {
      this.#isReady = true;
      return this.#watch();
    }
    this.#waiting.shift()?.resolve(message);
    if (this.#waiting.length === 0) worker.unref();
  }

  /** Most likely of memory. What an earlier job left behind is no fault of this one. */
  #onDeath(worker: Worker, error: unknown): void {
    if (worker !== this.#worker) return;
    if (!this.#isReady) return void this.#end(error);
    const [first] = this.#waiting;
    if (first?.wasFirst) this.#giveUpFirst('too_slow');
    else if (first !== undefined) first.wasFirst = true;
    this.#replace();
  }

  #replace(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isReady = false;
    this.#watched = undefined;
    void worker?.terminate();
    if (this.#waiting.length > 0) this.#start();
  }

  #giveUpFirst(kind: 'too_slow' | 'starved'): void {
    this.#waiting.shift()?.resolve({ answer: { kind }, runMs: 0 });
  }

  #watch(): void {
    if (!this.#isReady || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      const worker = this.#worker;
      void cpuMsOf(worker).then((cpuMs) => {
        this.#timer = undefined;
        if (worker === this.#worker) this.#look(cpuMs);
        else this.#watch();
      });
    }, this.#limits.lookEveryMs);
    this.#timer.unref();
  }

  #look(cpuMs: number): void {
    const [first] = this.#waiting;
    if (first === undefined) return void (this.#watched = undefined);
    const now = { asked: first, phase: this.#phases.count, since: performance.now(), cpuMs };
    const before = this.#watched;
    if (before?.asked !== first || before.phase !== now.phase) this.#watched = now;
    else {
      const isTooSlow = cpuMs - before.cpuMs >= this.#cpuLimitOf(first.job);
      if (isTooSlow || now.since - before.since >= this.#limits.wallMs) {
        this.#giveUpFirst(isTooSlow ? 'too_slow' : 'starved');
        return this.#replace();
      }
    }
    this.#watch();
  }

  #cpuLimitOf({ kind }: Job): number {
    const { examineMs, runMs } = this.#limits;
    if (!this.#phases.isCompiling) return runMs;
    // What could be examined can be compiled again, on a processor that others use as well.
    return kind === 'examine' ? examineMs : 2 * examineMs;
  }

  async #end(reason: unknown): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(reason);
    await worker?.terminate();
  }
}

/** Processor time that a thread has taken; where Node.js cannot tell, the time. */
async function cpuMsOf(worker: Worker | undefined): Promise<number> {
  try {
    const { user, system } = (await worker?.cpuUsage()) ?? { user: 0, system: 0 };
    return (user + system) / 1000;
  } catch {
    return performance.now();
  }
}
