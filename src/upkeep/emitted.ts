import { isOfRow, isTransient, spoilsConnection, sqlStateOf } from '../database/failure.ts';
import { inTransaction } from '../database/transaction.ts';
import { CHOOSING } from '../events/choosing/subscriptions.ts';
import { findEmitted, type Emitted } from '../events/emitted/emitted-store.ts';
import { EmittedChecks, type CheckParts } from '../events/emitted/checks.ts';
import {
  takeEmitted,
  type EmittedParts,
  type TakenEmitted,
} from '../events/emitted/take-emitted.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { LeftOut } from './outbox-left-out.ts';

/**
 * Events that are chosen for in one transaction at most. While it is open nobody changes what a
 * webhook subscribes to, and choosing may take some milliseconds for each.
 */
const STEP = 50;

/** Most transactions of a round. */
const STEPS_A_ROUND = 10;

/** Where a step fails, the next one is so many times smaller, until the event at fault is alone. */
const SMALLER = 8;

/**
 * What a round has stored. `first`: the lowest place of these deliveries that was drawn when their
 * event was emitted. `upTo`: no event waits that has a place up to this one, as far as that could
 * be seen.
 */
export type TakenEvents = { deliveries: number; first: number; upTo: number; isMore: boolean };

type Parts = EmittedParts &
  CheckParts & {
    metrics: Pick<Metrics, 'emitted'>;
    log: Log;
  };

/** `last`: the place of the last event that was looked at; undefined: there was none. */
type Step = { deliveries: number; first: number; last: number | undefined };

/**
 * Chooses who gets the events that applications have committed, in the order of their places, and
 * puts their deliveries into the outbox. Several side by side take no event twice, as each locks
 * its events, and passes over what another has.
 */
export class EmittedEvents {
  readonly #parts: Parts;
  readonly #checks: EmittedChecks;
  readonly #leftOut = new LeftOut();
  #size = STEP;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#checks = new EmittedChecks(parts);
  }

  /** Takes events behind a place. */
  async round(after: number): Promise<TakenEvents> {
    const taken = { deliveries: 0, first: Infinity };
    let from = after;
    for (let step = 0; step < STEPS_A_ROUND; step += 1) {
      if (this.#checks.areMany) return { ...taken, upTo: from, isMore: false };
      const { deliveries, first, last } = await this.#step(from);
      taken.deliveries += deliveries;
      taken.first = Math.min(taken.first, first);
      if (last === undefined) return { ...taken, upTo: Infinity, isMore: false };
      from = last;
    }
    return { ...taken, upTo: from, isMore: true };
  }

  async #step(after: number): Promise<Step> {
    const { pool } = this.#parts;
    const aside = { ids: this.#leftOut.now().ids, types: this.#checks.lateTypes };
    const found = await findEmitted(pool, { after, limit: this.#size, aside });
    if (found.length === 0) return { deliveries: 0, first: Infinity, last: undefined };
    try {
      const events = await this.#checks.check(found);
      const none = { deliveries: 0, first: Infinity, last: found.at(-1)?.place };
      if (events.length === 0) return none;
      const taken = await inTransaction(
        pool,
        (tx) => takeEmitted(this.#parts, tx, events),
        CHOOSING,
      );
      this.#size = Math.min(STEP, this.#size * 2);
      return { deliveries: this.#tell(taken), first: taken.first, last: taken.last };
    } catch (error) {
      return { deliveries: 0, first: Infinity, last: this.#divide(found, error) ?? after };
    }
  }

  /** @returns how many deliveries there are now. */
  #tell({ chosen, faulty }: TakenEmitted): number {
    const { metrics, log } = this.#parts;
    const deliveries = chosen.reduce((sum, { made }) => sum + made, 0);
    metrics.emitted.inc({ outcome: 'chosen' }, chosen.length);
    metrics.emitted.inc({ outcome: 'faulty' }, faulty.length);
    if (chosen.length > 0) log.debug('events.taken_in', { events: chosen.length, deliveries });
    for (const { id, type, fault } of faulty)
      log.warn('event.faulty', { event_id: id, type, fault });
    return deliveries;
  }

  /**
   * What is wrong with some events keeps no other from being taken in. Deliveries of its ordering
   * key wait behind one that is left out.
   * @returns the place of one that is to be passed over; undefined where none is.
   */
  #divide(found: Emitted[], error: unknown): number | undefined {
    const [first] = found;
    const isDatabase = sqlStateOf(error) !== undefined;
    if (first === undefined || spoilsConnection(error) || (!isDatabase && isTransient(error)))
      throw error;
    this.#size = Math.ceil(found.length / SMALLER);
    if (found.length > 1) return undefined;
    if (isDatabase && !isOfRow(error)) throw error;
    if (!this.#leftOut.add({ id: first.id, key: null })) return first.place;
    this.#parts.log.warn('event.not_taken_in', { event_id: first.id, error });
    return undefined;
  }
}
