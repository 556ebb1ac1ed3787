import {
  isConflict,
  isOfRow,
  isTransient,
  spoilsConnection,
  sqlStateOf,
} from '../database/failure.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction, NOT_DURABLE } from '../database/transaction.ts';
import { failOperation } from '../operations/end-operation.ts';
import { findUnderWay, removeLongEnded } from '../operations/operation-store.ts';
import type { Begun, Operation } from '../operations/operation.ts';
import { beginOperation, takeStep } from '../operations/take-step.ts';
import { tellFailed, type TellParts } from '../deliveries/fail.ts';
import type { Left } from '../process/upkeep-loop.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import { Progress } from './progress.ts';

/** Deliveries of a step at most. */
const MOST = 500;

/** Where a step took too long, or met a lock, the next one is so many times smaller. */
const SMALLER = 8;

/** Most operations of a kind that take turns. The others are queued until one of them has ended. */
const MOST_AT_ONCE = 100;

/** When a step is tried again that was refused or met a lock. */
const AGAIN_MS = 200;

/** A step that the database refuses so many times in a row is not tried again. */
const MOST_REFUSALS = 2;

type OperationParts = TellParts & { pool: Pool; queue: DeliveryQueue };

/** What this worker knows of an operation that it takes steps of. */
type Known = { size: number; refusals: number; progress: Progress };

/**
 * Takes steps of the operations that are under way, one of each by turns. Where several workers do,
 * a step waits for none of another and is taken once.
 */
export class OperationSteps {
  readonly #parts: OperationParts;
  readonly #known = new Map<string, Known>();

  constructor(parts: OperationParts) {
    this.#parts = parts;
  }

  /** @returns how long there is nothing to do; undefined: until another one is created. */
  async round(): Promise<Left> {
    const found = await findUnderWay(this.#parts.pool, MOST_AT_ONCE);
    const ids = new Set(found.map(({ id }) => id));
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id);
    const waits: number[] = [];
    for (const { id, isCounted } of found) {
      const wait = await (isCounted ? this.#step(id) : this.#begin(id)).catch((error: unknown) =>
        this.#refused(id, error),
      );
      if (wait !== undefined) waits.push(wait);
    }
    // Where some have ended, there may be others behind them.
    if (found.length >= MOST_AT_ONCE && waits.length < found.length) waits.push(AGAIN_MS);
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  async #begin(id: string): Promise<number | undefined> {
    const { pool, log } = this.#parts;
    const begun = await beginOperation(pool, id);
    if (begun === undefined) return undefined;
    const { kind, matched, rate_per_second } = begun;
    log.info('operation.started', { operation_id: id, kind, matched, rate_per_second });
    this.#of(id).progress.begin(begun);
    return 0;
  }

  async #step(id: string): Promise<number | undefined> {
    const known = this.#of(id);
    const stepped = await takeStep(this.#parts, id, known.size);
    if (stepped === undefined) return undefined;
    known.refusals = 0;
    known.size = Math.min(MOST, known.size * 2);
    const { operation, waitMs, failed } = stepped;
    tellFailed(this.#parts, failed ?? []);
    if (operation.state === 'done') return void this.#tellEnded(operation);
    const told = known.progress.due(operation);
    if (told !== undefined) this.#parts.log.info('operation.progress', told);
    return waitMs;
  }

  #of(id: string): Known {
    const known = this.#known.get(id) ?? { size: MOST, refusals: 0, progress: new Progress() };
    this.#known.set(id, known);
    return known;
  }

  /**
   * A row that is locked passes, and so does trouble of the database. What the database refuses
   * because of the rows is tried once more.
   */
  async #refused(id: string, error: unknown): Promise<number | undefined> {
    const { log } = this.#parts;
    const known = this.#of(id);
    if (spoilsConnection(error) || (isTransient(error) && sqlStateOf(error) === undefined))
      throw error;
    known.size = Math.max(1, Math.floor(known.size / SMALLER));
    if (isConflict(error)) return AGAIN_MS;
    log.warn('operation.step_failed', { operation_id: id, error });
    const isRefusal = sqlStateOf(error) === undefined || isOfRow(error);
    known.refusals += isRefusal ? 1 : 0;
    if (known.refusals < MOST_REFUSALS) return AGAIN_MS * 5;
    const why = explained(error);
    if (await failOperation(this.#parts, id, why))
      log.error('operation.ended', { operation_id: id, state: 'failed', error: why });
    return undefined;
  }

  #tellEnded({ id, kind, state, done, skipped }: Begun | Operation): void {
    const seconds = this.#known.get(id)?.progress.seconds();
    const facts = { operation_id: id, kind, state, done, skipped };
    this.#parts.log.info('operation.ended', { ...facts, seconds });
    this.#known.delete(id);
  }
}

/** For the client of the operation. What else there is to know is in the log. */
function explained(error: unknown): string {
  const state = sqlStateOf(error);
  return state === undefined
    ? 'a step failed for a reason within Postmand: the log of the worker has it'
    : `PostgreSQL refused a step: ${(error as Error).message} (SQLSTATE ${state})`;
}

/** Operations that are removed in one transaction. */
const REMOVED = 100;

/** Removes operations that ended long ago. @returns 'more' where a round was not enough. */
export async function removeOperations(pool: Pool): Promise<void | 'more'> {
  const removed = await inTransaction(pool, (tx) => removeLongEnded(tx, REMOVED), NOT_DURABLE);
  return removed < REMOVED ? undefined : 'more';
}
