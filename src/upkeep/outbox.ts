import { isOfRow, spoilsConnection, sqlStateOf } from '../database/failure.ts';
import type { Pool, Queryable } from '../database/pool.ts';
import { inTransaction, type Tx } from '../database/transaction.ts';
import {
  behind,
  findCandidates,
  lookAtOutbox,
  type Candidate,
  type Position,
  type PutAside,
} from '../deliveries/outbox/candidates.ts';
import { findOfEach, FIRST_WEBHOOK } from '../deliveries/outbox/of-each.ts';
import { Rooms } from '../deliveries/outbox/rooms.ts';
import { takeIn, type TakenIn } from '../deliveries/outbox/take-in.ts';
import type { DeliveryQueue } from '../queue/delivery-queue.ts';
import type { Recorder } from '../statistics/recorder.ts';
import type { Log } from '../telemetry/log.ts';
import type { EmittedEvents, TakenEvents } from './emitted.ts';
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

/**
 * `look`: for the short read that mostly finds nothing. `emitted`: whoever takes in events, before
 * the deliveries.
 */
type OutboxParts = {
  pool: Pool;
  look: Queryable;
  queue: DeliveryQueue;
  liveJobs: number;
  emitted?: Pick<EmittedEvents, 'round'>;
  statistics?: Recorder;
  log: Log;
};

/** What a step without candidates comes to. */
const NOTHING: TakenIn = { taken: 0, isCut: false, accepted: [], held: [], jobs: [] };

type Find = (tx: Tx, size: number, aside: PutAside) => Promise<Candidate[]>;

/** `last`: the position of the last candidate; undefined: there were none. */
type Step = { found: number; last: Position | undefined };

/** From where deliveries are taken in. Undefined: none waits. `seen`: as `Look.lastPlace`. */
type Begin = { from: Position | undefined; after: number; emitted: boolean; seen: number };

const NO_EVENTS: TakenEvents = { deliveries: 0, first: Infinity, upTo: Infinity, isMore: false };

/**
 * Takes in what applications and batches have committed to the outbox, in the order of the places.
 * Several side by side take nothing twice and break no order, as one transaction at a time does.
 */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #floor: OutboxFloor;
  readonly #leftOut = new LeftOut();
  #size = STEP;
  /** Where the round before this one ended, if there was more. */
  #goOnAfter: Position | undefined;
  /** A place that was drawn some time ago: something was stored there only now. */
  #late = Infinity;
  /** Of which webhook something was taken in last, in a step for all. */
  #webhook = FIRST_WEBHOOK;

  /** `now`: as with `OutboxFloor`. */
  constructor(parts: OutboxParts, now?: () => number) {
    this.#parts = parts;
    this.#floor = new OutboxFloor(now);
  }

  /** The next round begins at this place at the latest: something was stored there only now. */
  late(place: number): void {
    this.#late = Math.min(this.#late, place);
  }

  /** @returns 'more' where a round was not enough. */
  async round(): Promise<void | 'more'> {
    const isBehind = this.#goOnAfter !== undefined;
    const { from, after, emitted, seen } = await this.#whereToBegin();
    const events = (emitted && (await this.#parts.emitted?.round(after))) || NO_EVENTS;
    const begin = events.deliveries > 0 ? earlier(from ?? behind(after), events.first) : from;
    const left = begin && (await this.#takeIn(begin, { isBehind, upTo: events.upTo, seen }));
    if (begin === undefined) this.#floor.passed(Math.min(seen, events.upTo));
    return left ?? (events.isMore ? 'more' : undefined);
  }

  /** Where `emitted` is not known, it is true. */
  async #whereToBegin(): Promise<Begin> {
    const [goOnAfter, late] = [this.#goOnAfter, this.#late];
    this.#goOnAfter = undefined;
    this.#late = Infinity;
    const floor = this.#floor.after();
    const after = Math.min(floor, late - 1);
    if (floor > 0 && goOnAfter !== undefined) {
      const from = goOnAfter.place < floor ? behind(floor) : goOnAfter;
      return { from: earlier(from, late), after, emitted: true, seen: 0 };
    }
    const startedAt = performance.now();
    const { waits, emitted, lastPlace } = await lookAtOutbox(this.#parts.look, after);
    if (floor === 0) this.#floor.looked(performance.now() - startedAt);
    return { from: waits ? behind(after) : undefined, after, emitted, seen: lastPlace ?? 0 };
  }

  /** `upTo`: no event waits that has a place up to this one, as far as that could be seen. */
  async #takeIn(
    begin: Position,
    { isBehind, upTo, seen }: { isBehind: boolean; upTo: number; seen: number },
  ): Promise<void | 'more'> {
    const rooms = new Rooms(this.#parts.liveJobs);
    let from = begin;
    for (let step = 0; step < STEPS_A_ROUND; step += 1) {
      if (isBehind && step % STEPS_FOR_ALL === 0) await this.#stepForAll(rooms);
      const size = this.#size;
      const { found, last } = await this.#step(rooms, from, (tx, limit, aside) =>
        findCandidates(tx, { after: from, limit, aside }),
      );
      // Whatever else waits may not be taken in now, such as what is behind an event.
      const isEnd = last === undefined || found < size;
      const passed = isEnd ? Math.max(last?.place ?? 0, seen) : last.place - 1;
      this.#floor.passed(Math.min(passed, upTo));
      if (isEnd) return undefined;
      from = last;
    }
    this.#goOnAfter = from;
    return 'more';
  }

  /**
   * What one webhook got a lot of does not keep the others waiting. Nothing is overtaken in its
   * key, as all that comes before it there is taken in with it.
   */
  async #stepForAll(rooms: Rooms): Promise<void> {
    await this.#step(rooms, behind(0), async (tx, limit, aside) => {
      const { candidates, next } = await findOfEach(tx, { after: this.#webhook, limit, aside });
      this.#webhook = next;
      return candidates;
    });
  }

  async #step(rooms: Rooms, from: Position, find: Find): Promise<Step> {
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
      return { found: candidates.length, last: candidates.at(-1) };
    } catch (error) {
      return { found: size, last: this.#divide(candidates, error) ?? from };
    }
  }

  /**
   * What is wrong with some rows keeps no other from being taken in.
   * @returns one that is to be passed over; undefined where none is.
   */
  #divide(candidates: Candidate[], error: unknown): Position | undefined {
    const [first] = candidates;
    if (first === undefined || sqlStateOf(error) === undefined || spoilsConnection(error))
      throw error;
    this.#size = Math.ceil(candidates.length / SMALLER);
    if (candidates.length > 1) return undefined;
    if (!isOfRow(error)) throw error;
    // Another one of its key takes this one along, and fails as well: no key is out of order.
    if (!this.#leftOut.add(first)) return first;
    this.#parts.log.warn('outbox.row_failed', {
      webhook_id: first.webhookId,
      delivery_id: first.id,
      error,
    });
    return undefined;
  }
}

/** `position`, or that before `place` where this is lower. */
function earlier(position: Position, place: number): Position {
  return place <= position.place ? behind(place - 1) : position;
}
