import { isOfRow, isTimeout } from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE } from '../database/transaction.ts';
import { BEFORE_ALL } from '../deliveries/created-place.ts';
import { IN_INDEX_ORDER, type Looked } from '../deliveries/removing/look.ts';
import type { Log } from '../telemetry/log.ts';
import type { Line } from './retention-lines.ts';

/** Rows that one look reads at most. */
const LOOK = 1000;

/** A step is to take the database no longer than this. */
const AIM_MS = 50;

/** Rows that are removed in one step at first, and at most, with those that go with them. */
const FIRST_SIZE = 100;
const MAX_SIZE = 2000;

/** Where a step fails, the next one is so many times smaller, until the row at fault is alone. */
const SMALLER = 8;

/**
 * What a step did: how many rows it removed, for how long the first of them should have been gone,
 * and whether the end of the line is still ahead.
 */
export type Step = { removed: number; overSeconds: number; isMore: boolean; hasFailed?: true };

type WalkParts = { pool: Pool; log: Log; now: () => number };

/**
 * Walks along a line in steps, and removes what is over. It goes on from where it was, so that
 * the index entries of what is gone are not read again and again, and starts over now and then, for
 * rows that were passed over: those that ended late, or that somebody had locked.
 */
export class RetentionWalk {
  readonly line: Line;
  readonly #parts: WalkParts;
  #after = BEFORE_ALL;
  #size = FIRST_SIZE;
  #startOverAt: number;

  constructor(line: Line, parts: WalkParts) {
    this.line = line;
    this.#parts = parts;
    this.#startOverAt = parts.now() + line.startOverMs;
  }

  /** Before the first step of a round. */
  begin(): void {
    const now = this.#parts.now();
    if (now < this.#startOverAt) return;
    this.#after = BEFORE_ALL;
    this.#startOverAt = now + this.line.startOverMs;
  }

  /**
   * One look, and one transaction that removes. Where that fails the next one is smaller, and a row
   * that fails alone is passed over. @throws what has nothing to do with these rows
   */
  async step(): Promise<Step> {
    const { pool, now } = this.#parts;
    const looked = await inTransaction(
      pool,
      (tx) => this.line.look(tx, { after: this.#after, limit: LOOK }),
      IN_INDEX_ORDER,
    );
    const over = looked.filter(({ overSeconds }) => overSeconds !== null);
    const taken = firstOf(over, this.#size);
    const isMore = looked.length === LOOK || taken.length < over.length;
    const last = taken.length < over.length ? taken.at(-1) : looked.at(-1);
    const overSeconds = taken[0]?.overSeconds ?? 0;
    const startedAt = now();
    try {
      const removed = await this.#remove(taken);
      if (taken.length > 0) this.#size = nextSize(weightOf(taken), now() - startedAt, this.#size);
      this.#after = last ?? this.#after;
      return { removed, overSeconds, isMore };
    } catch (error) {
      this.#makeSmaller(error, taken);
      return { removed: 0, overSeconds, isMore: true, hasFailed: true };
    }
  }

  /** A removal that a crash undoes is done again. */
  async #remove(taken: Looked[]): Promise<number> {
    if (taken.length === 0) return 0;
    const ids = taken.map(({ id }) => id);
    return inTransaction(this.#parts.pool, (tx) => this.line.remove(tx, ids), NOT_DURABLE);
  }

  #makeSmaller(error: unknown, taken: Looked[]): void {
    const alone = taken.length === 1 ? taken[0] : undefined;
    if (!isOfRow(error) && (alone !== undefined || !isTimeout(error))) throw error;
    this.#parts.log.warn('retention.step_failed', {
      kind: this.line.kind,
      step: taken.length,
      ...(alone ? { id: alone.id } : {}),
      error,
    });
    if (alone !== undefined) this.#after = alone;
    this.#size = Math.max(1, Math.floor(weightOf(taken) / SMALLER));
  }
}

/** The first of these rows that are together no heavier than `size`, and one at least. */
export function firstOf(rows: Looked[], size: number): Looked[] {
  let weight = 0;
  const end = rows.findIndex((row) => (weight += row.weight) > size);
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}

const weightOf = (rows: Looked[]) => rows.reduce((sum, { weight }) => sum + weight, 0);

/** How many rows to take after so many took so long, where `size` were allowed. */
export function nextSize(taken: number, tookMs: number, size: number): number {
  const aimed = Math.floor((taken * AIM_MS) / Math.max(tookMs, 1));
  return Math.max(1, Math.min(MAX_SIZE, aimed, size * 2));
}
