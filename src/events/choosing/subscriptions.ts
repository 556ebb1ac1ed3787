import type { Tx } from '../../database/transaction.ts';
import { TimeSlices } from '../../process/time-slices.ts';
import type { Log } from '../../telemetry/log.ts';
import { NOT_JSON, type Looked } from '../../webhooks/subscription/filter.ts';
import type { EventDraft } from '../event.ts';
import { allVersions } from './changed-subscriptions.ts';
import { KnownSubscriptions } from './known-subscriptions.ts';
import { payloadOf } from './payload.ts';
import type { SharedFilter } from './shared-filters.ts';
import type { Subscriber } from './subscriber.ts';

/**
 * Begins a transaction that chooses: while it is open no subscription changes. A change takes the
 * same lock alone, in the trigger of `webhooks`.
 */
export const CHOOSING = 'begin; select pg_advisory_xact_lock_shared(7036873087)';

/** What decides who gets an event. */
export type Choosable = Pick<EventDraft, 'type' | 'payload' | 'metadata'>;

/** How often what is known is compared with all that there is. */
const COMPARE_MS = 600_000;

/**
 * Who subscribed to what, as this process knows it: it is read once, and then only what has changed
 * since. While a transaction that was begun with `CHOOSING` is open, nobody commits a change. So
 * what several of them know is the same, and none of them changes it for another one.
 */
export class Subscriptions {
  readonly #log: Log | undefined;
  readonly #now: () => number;
  readonly #slices = new TimeSlices();
  #known: KnownSubscriptions;
  /** Undefined: nothing was read yet. */
  #comparedAt: number | undefined;
  /** The end of the choice before: choices are made one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor({ log, now = () => performance.now() }: { log?: Log; now?: () => number } = {}) {
    this.#log = log;
    this.#now = now;
    this.#known = new KnownSubscriptions(log);
  }

  /** How many webhooks subscribe, as far as it is known. */
  get size(): number {
    return this.#known.index.size;
  }

  /**
   * Reads what has changed. From here to its end the transaction, which was begun with `CHOOSING`,
   * chooses by what holds at its commit. It must not have changed a webhook itself: what it reads
   * is known from then on, also if it is rolled back.
   */
  async refresh(tx: Tx): Promise<void> {
    await this.#known.readChanges(tx, this.#slices);
    const now = this.#now();
    const isDue = this.#comparedAt !== undefined && now - this.#comparedAt > COMPARE_MS;
    if (isDue || this.#comparedAt === undefined) this.#comparedAt = now;
    if (isDue) await this.#compare(tx);
  }

  /**
   * The webhooks that get an event, in the order of their ids. It gives the event loop its turn
   * every few milliseconds.
   */
  choose(event: Choosable): Promise<string[]> {
    const chosen = this.#last.then(() => this.#choose(event));
    this.#last = chosen.catch(() => undefined);
    return chosen;
  }

  /**
   * Forgets webhooks whose rows are gone: between two readings a webhook may be deleted and
   * removed, and then no row says so. Where a version is another one than was read, the database
   * was restored to an earlier time, and all is read again.
   */
  async #compare(tx: Tx): Promise<void> {
    const known = this.#known;
    const { version: upTo } = known;
    const versions = await allVersions(tx);
    for (const one of [...known.index.all])
      if (one.version <= upTo && !versions.has(one.id)) known.forget(one);
    const isOther = ([id, version]: [string, number]) => known.index.get(id)?.version !== version;
    if (![...versions].some(isOther)) return;
    const anew = new KnownSubscriptions(this.#log);
    await anew.readChanges(tx, this.#slices);
    this.#known = anew;
  }

  async #choose({ type, payload, metadata = {} }: Choosable): Promise<string[]> {
    const event: Looked = { payload: NOT_JSON, metadata };
    // It is read once, and only where somebody looks at it.
    const { index } = this.#known;
    if (index.bucketsOf(type).some((bucket) => bucket.looksAtPayload))
      event.payload = await payloadOf(payload, this.#slices);
    const candidates: Subscriber[] = [];
    for (const bucket of index.bucketsOf(type)) bucket.addCandidates(candidates, event);
    const chosen = await matching(candidates, event, this.#slices);
    return chosen.sort(inOrder).map(({ id }) => id);
  }
}

async function matching(
  candidates: Subscriber[],
  event: Looked,
  slices: TimeSlices,
): Promise<Subscriber[]> {
  const chosen: Subscriber[] = [];
  const tested = new Map<SharedFilter, boolean>();
  for (const one of candidates) {
    const { filter } = one;
    if (filter === null) {
      chosen.push(one);
      continue;
    }
    if (slices.areOver) await slices.next();
    const matches = tested.get(filter) ?? filter.test(event) === true;
    if (filter.users > 1) tested.set(filter, matches);
    if (matches) chosen.push(one);
  }
  return chosen;
}

/** As PostgreSQL sorts ids. */
function inOrder(a: Subscriber, b: Subscriber): number {
  if (a.place !== b.place) return a.place - b.place;
  return a.id < b.id ? -1 : 1;
}
