import { isOfRow, spoilsConnection, sqlStateOf } from '../database/failure.ts';
import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import {
  findCandidates,
  lookAtOutbox,
  type Candidate,
  type PutAside,
} from '../deliveries/outbox/candidates.ts';
import { findOfEach, FIRST_WEBHOOK } from '../deliveries/outbox/of-each.ts';
import { Rooms } from '../deliveries/outbox/rooms.ts';
import { takeIn, type TakenIn } from '../deliveries/outbox/take-in.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { Recorder } from '../statistics/recorder.ts';
import type { Log } from '../telemetry/log.ts';
import { OutboxFloor } from './outbox-floor.ts';
import { LeftOut } from './outbox-left-out.ts';

/** Deliveries that are taken in in one transaction at most. */
const STEP = 500;

/** Most transactions of a round. */
const STEPS_A_ROUND = 10;

/** Where a round was not enough, one step of so many takes in some deliveries of each webhook. */
const STEPS_FOR_ALL = 5;

/** Where a step fails, the next one is so many times smaller, until the row at fault is alone. */
const SMALLER = 8;

/** `look`: for the short read that mostly finds nothing. */
type OutboxParts = {
  pool: Pool;
  look: Queryable;
  queue: DeliveryQueue;
  liveJobs: number;
  statistics?: Recorder;
  log: Log;
};

/** What a step without candidates comes to. */
const NOTHING: TakenIn = { taken: 0, isCut: false, accepted: [], held: [], jobs: [] };

type Find = (tx: Tx, size: number, aside: PutAside) => Promise<Candidate[]>;

/** `last`: the place of the last candidate; undefined: there were none. */
type Step = { found: number; last: number | undefined };

/**
 * Takes in what applications and batches have committed to the outbox, in the order of the places.
 * Several side by side take nothing twice and break no order, as one transaction at a time does.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #floor = new OutboxFloor();
  readonly #leftOut = new LeftOut();
  #size = STEP;
  /** Where the round before this one ended, if there was more. */
  #goOnAfter: number | undefined;
  /** Of which webhook something was taken in last, in a step for all. */
  #webhook = FIRST_WEBHOOK;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** @returns 'more' where a round was not enough. */
  async round(): Promise<void | 'more'> {
    const isBehind = this.#goOnAfter !== undefined;
    const after = await this.#whereToBegin();
    if (after === undefined) return undefined;
    const rooms = new Rooms(this.#parts.liveJobs);
    let from = after;
    for (let step = 0; step < STEPS_A_ROUND; step += 1) {
      if (isBehind && step % STEPS_FOR_ALL === 0) await this.#stepForAll(rooms);
      const size = this.#size;
      const { found, last } = await this.#step(rooms, from, (tx, limit, aside) =>
        findCandidates(tx, { after: from, limit, aside }),
      );
      if (last === undefined) return undefined;
      this.#floor.passed(last);
      if (found < size) return undefined;
      from = last;
    }
    this.#goOnAfter = from;
    return 'more';
  }

  /** @returns undefined where nothing waits. */
  async #whereToBegin(): Promise<number | undefined> {
    const goOnAfter = this.#goOnAfter;
    this.#goOnAfter = undefined;
    const after = this.#floor.after();
    if (after > 0 && goOnAfter !== undefined) return Math.max(after, goOnAfter);
    const startedAt = performance.now();
    const { waits, lastPlace } = await lookAtOutbox(this.#parts.look, after);
    if (after === 0) this.#floor.looked(performance.now() - startedAt);
    if (!waits && lastPlace !== null) this.#floor.passed(lastPlace);
    return waits ? after : undefined;
  }

  /**
   * What one webhook got a lot of does not keep the others waiting. Nothing is overtaken in its
   * key, as all that comes before it there is taken in with it.
   */
  async #stepForAll(rooms: Rooms): Promise<void> {
    await this.#step(rooms, 0, async (tx, limit, aside) => {
      const { candidates, next } = await findOfEach(tx, { after: this.#webhook, limit, aside });
      this.#webhook = next;
      return candidates;
    });
  }

  async #step(rooms: Rooms, from: number, find: Find): Promise<Step> {
    const { pool, queue, statistics, log } = this.#parts;
    const size = this.#size;
    let candidates: Candidate[] = [];
    try {
      const { taken, isCut, accepted, held, jobs } = await inTransaction(pool, async (tx) => {
        candidates = await find(tx, size, this.#leftOut.now());
        if (candidates.length === 0) return NOTHING;
        const reserved = await rooms.reserve(tx, candidates);
        const takenIn = await takeIn(tx, candidates, reserved);
        await queue.enqueue(tx, takenIn.jobs);
        if (takenIn.jobs.length > 0) queue.wake(tx);
        return takenIn;
      });
      rooms.note(jobs);
      for (const webhookId of accepted) statistics?.note(webhookId, 'accepted');
      for (const webhookId of held) statistics?.note(webhookId, 'held');
      this.#size = Math.min(STEP, size * 2);
      if (taken > 0) log.debug('outbox.taken_in', { deliveries: taken });
      // Some candidates still wait behind others of their keys.
      if (isCut) return { found: size, last: from };
      return { found: candidates.length, last: candidates.at(-1)?.place };
    } catch (error) {
      return { found: size, last: this.#divide(candidates, error) ?? from };
    }
  }

  /**
   * What is wrong with some rows keeps no other from being taken in.
   * @returns the place of one that is to be passed over; undefined where none is.
   */
  #divide(candidates: Candidate[], error: unknown): number | undefined {
    const [first] = candidates;
    if (first === undefined || sqlStateOf(error) === undefined || spoilsConnection(error))
      throw error;
    this.#size = Math.ceil(candidates.length / SMALLER);
    if (candidates.length > 1) return undefined;
    if (!isOfRow(error)) throw error;
    // Another one of its key takes this one along, and fails as well: no key is out of order.
    if (!this.#leftOut.add(first)) return first.place;
    this.#parts.log.warn('outbox.row_failed', {
      webhook_id: first.webhookId,
      delivery_id: first.id,
      error,
    });
    return undefined;
  }
}
