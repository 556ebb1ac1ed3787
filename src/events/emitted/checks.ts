import type { Pool } from '../../database/pool.ts';
import type { EventFault, PayloadCheck } from '../types/payload-check.ts';
import type { Emitted } from './emitted-store.ts';
import { faultText } from './fault.ts';
import type { Checked } from './take-emitted.ts';

/**
 * `patienceMs`: so long others wait for payloads that are held against their schemas. Most take one
 * millisecond.
 */
export type CheckParts = { pool: Pool; payloadCheck: PayloadCheck; patienceMs?: number };

/** Events that may be late together. Their payloads are in memory. */
const MOST_LATE = 200;

type Answer = { fault: string | undefined };

/** What of a type was late. `left`: so many are still under way. */
type Late = { left: number; answers: Map<string, Answer> };

/**
 * Holds emitted events against their types. What takes long is late: others go on, no more events
 * of its type are begun with meanwhile, and its answer is kept until it is found again.
 */
export class EmittedChecks {
  readonly #pool: Pool;
  readonly #payloadCheck: PayloadCheck;
  readonly #patienceMs: number;
  readonly #late = new Map<string, Late>();

  constructor({ pool, payloadCheck, patienceMs = 200 }: CheckParts) {
    this.#pool = pool;
    this.#payloadCheck = payloadCheck;
    this.#patienceMs = patienceMs;
  }

  /** The types of which some event is under way. */
  get lateTypes(): string[] {
    return [...this.#late].flatMap(([type, { left }]) => (left > 0 ? [type] : []));
  }

  /** So many are under way that no others are to be begun with. */
  get areMany(): boolean {
    return [...this.#late.values()].reduce((sum, { left }) => sum + left, 0) >= MOST_LATE;
  }

  /** @returns those of the events of which the answer is known soon, in their order. */
  async check(found: Emitted[]): Promise<Checked[]> {
    const answers = this.#kept(found);
    const unknown = found.filter(({ id }) => !answers.has(id));
    const begun = await this.#payloadCheck.begin(this.#pool, unknown);
    const all = unknown.map(async (event, i) => {
      answers.set(event.id, answerOf(event, await begun[i]));
    });
    await soon(all, this.#patienceMs);
    this.#note(unknown, { all, answers });
    return found.flatMap((event) => {
      const answer = answers.get(event.id);
      return answer === undefined ? [] : [{ ...event, ...answer }];
    });
  }

  /** What is known of types that were late. It is used once. */
  #kept(found: Emitted[]): Map<string, Answer> {
    const answers = new Map<string, Answer>();
    for (const type of new Set(found.map((event) => event.type))) {
      for (const [id, answer] of this.#late.get(type)?.answers ?? []) answers.set(id, answer);
      this.#late.delete(type);
    }
    return answers;
  }

  #note(
    events: Emitted[],
    { all, answers }: { all: Promise<void>[]; answers: Map<string, Answer> },
  ): void {
    for (const [i, { id, type }] of events.entries()) {
      if (answers.has(id)) continue;
      const late = this.#late.get(type) ?? { left: 0, answers: new Map<string, Answer>() };
      this.#late.set(type, late);
      late.left += 1;
      const keep = () => {
        late.left -= 1;
        const answer = answers.get(id);
        if (answer !== undefined) late.answers.set(id, answer);
      };
      // One that failed is checked anew when it is found again.
      all[i]?.then(keep, keep);
    }
  }
}

function answerOf({ type }: Emitted, fault: EventFault | undefined): Answer {
  return { fault: fault && faultText(type, fault) };
}

/** Resolves when all are done, or when that takes long. @throws what one of them throws by then */
async function soon(all: Promise<void>[], patienceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  try {
    await Promise.race([Promise.all(all), patience]);
  } finally {
    clearTimeout(timer);
  }
}
