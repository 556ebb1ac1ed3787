import type { Comparison, Done, Examination, Validation } from './job.ts';
import { KeptSchemas } from './kept-schemas.ts';
import { Lane } from './lane.ts';
import { SchemaThread, type JobLimits } from './schema-thread.ts';

/** Processor time up to which a payload counts as quick. Most take less than one millisecond. */
const QUICK_MS = 20;

/** A schema that was slow with one payload counts as slow for so long. */
const SLOW_FOR_MS = 60_000;

/** The party of those who write schemas, in the order of all. No schema has this text. */
const AUTHORS = '';

/** What payloads of a schema have taken lately. */
type Known = { isQuick: boolean; slowAt: number };

/**
 * Two threads for schemas, so that events of one type do not suffer from those of another. One has
 * the payloads of schemas that were quick so far; the other has everything else: schemas that are
 * written or seen for the first time, and those of which some payload was slow within the last
 * minute. In both the schemas take turns.
 */
export class SchemaThreads {
  readonly #threads: SchemaThread[];
  readonly #quick: Lane;
  readonly #others: Lane;
  readonly #known = new KeptSchemas<Known>();
  readonly #now: () => number;

  /** `now`: a clock in milliseconds that nobody sets. */
  constructor(limits: Partial<JobLimits> = {}, now: () => number = () => performance.now()) {
    const [quick, others] = [new SchemaThread(limits), new SchemaThread(limits)];
    this.#threads = [quick, others];
    this.#quick = new Lane(quick);
    this.#others = new Lane(others);
    this.#now = now;
  }

  /** As `SchemaThread.examine`. */
  async examine(schema: string): Promise<Examination> {
    const { answer } = await this.#others.ask(AUTHORS, { kind: 'examine', schema });
    return answer as Examination;
  }

  /** As `SchemaThread.compare`. */
  async compare(before: string, after: string): Promise<Comparison> {
    const { answer } = await this.#others.ask(AUTHORS, { kind: 'compare', before, after });
    return answer as Comparison;
  }

  /** As `SchemaThread.validate`. */
  async validate(schema: string, payload: string): Promise<Validation> {
    const known =
      this.#known.get(schema) ?? this.#known.keep(schema, { isQuick: false, slowAt: -Infinity });
    const lane = known.isQuick ? this.#quick : this.#others;
    const done = await lane.ask(schema, { kind: 'validate', schema, payload });
    this.#note(schema, known, done);
    return done.answer as Validation;
  }

  /** Ends the threads. What waits is rejected. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  /** Those that wait behind it go where it belongs by now. */
  #note(schema: string, known: Known, { answer, runMs }: Done): void {
    if (answer.kind === 'too_slow' || runMs > QUICK_MS) {
      known.slowAt = this.#now();
      known.isQuick = false;
      this.#quick.move(schema, this.#others);
    } else if (
      answer.kind !== 'starved' &&
      !known.isQuick &&
      this.#now() - known.slowAt >= SLOW_FOR_MS
    ) {
      known.isQuick = true;
      this.#others.move(schema, this.#quick);
    }
  }
}
