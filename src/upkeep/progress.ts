import type { Begun } from '../operations/operation.ts';

/** A line of progress is written so often at most. */
const EVERY_MS = 10_000;

type Counted = Pick<Begun, 'id' | 'kind' | 'done' | 'skipped' | 'matched'>;

/** The fields of a line. `seconds_left`: null where nothing was done since the line before. */
type Line = {
  operation_id: string;
  kind: string;
  done: number;
  skipped: number;
  matched: number | null;
  per_second: number;
  seconds_left: number | null;
};

/** When the log was told last of an operation. `now` is in milliseconds and never goes back. */
export class Progress {
  readonly #now: () => number;
  #beganAt: number | undefined;
  #toldAt: number | undefined;
  #toldSeen = 0;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** It begins here. Otherwise another worker has begun it, and nobody knows when. */
  begin(operation: Counted): void {
    this.#beganAt = this.#now();
    this.#tell(operation);
  }

  /** Seconds since it began. */
  seconds(): number | undefined {
    return this.#beganAt === undefined ? undefined : rounded((this.#now() - this.#beganAt) / 1000);
  }

  /** The fields of a line, where it is time for one. */
  due(operation: Counted): Line | undefined {
    const { id, kind, done, skipped, matched } = operation;
    if (this.#toldAt === undefined) return void this.#tell(operation);
    const ms = this.#now() - this.#toldAt;
    if (ms < EVERY_MS) return undefined;
    const perSecond = ((done + skipped - this.#toldSeen) / ms) * 1000;
    this.#tell(operation);
    const left = Math.max(0, (matched ?? 0) - done - skipped);
    return {
      operation_id: id,
      kind,
      done,
      skipped,
      matched,
      per_second: rounded(perSecond),
      seconds_left: perSecond > 0 ? Math.ceil(left / perSecond) : null,
    };
  }

  #tell({ done, skipped }: Counted): void {
    this.#toldAt = this.#now();
    this.#toldSeen = done + skipped;
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
