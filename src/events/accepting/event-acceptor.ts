import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isConflict } from '../../database/failure.ts';
import type { Pool } from '../../database/pool.ts';
import { SharedCommits } from '../../database/shared-commit.ts';
import { inTransaction } from '../../database/transaction.ts';
import { untilFree } from '../../deliveries/idempotency/patience.ts';
import { IdempotencyRefusal } from '../../deliveries/idempotency/refusal.ts';
import type { IdempotentRequest } from '../../deliveries/idempotency/request.ts';
import { findDone } from '../../deliveries/idempotency/request-store.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { CHOOSING } from '../choosing/subscriptions.ts';
import { findEvent, hasAnyEvent } from '../event-store.ts';
import { EventOfBatchRefused, type Event, type EventDraft } from '../event.ts';
import type { PayloadCheck } from '../types/payload-check.ts';
import { MOST_TOGETHER, takeEvents, type Caller, type TakeParts } from './take-events.ts';

export type EventParts = TakeParts & { pool: Pool; payloadCheck: PayloadCheck; metrics: Metrics };

/** `replayed`: an earlier request with its Idempotency-Key has stored it. */
type Replayable = { replayed: boolean };

/** Most callers of one transaction, and types of events whose deliveries are remembered. */
const MAX_BATCH = 100;
const MOST_TYPES = 1000;

type Taken = { kind: 'stored'; events: Event[]; made: number } | { kind: 'done'; ids: string[] };

/**
 * Takes events in, with the deliveries that they become. Callers that come while a transaction
 * commits share the next one; batches have transactions of their own.
 */
export class EventAcceptor {
  readonly #parts: EventParts;
  readonly #shared: SharedCommits<Caller, Outcome>;
  readonly #batches: SharedCommits<Caller, Outcome>;
  /** How many deliveries an event of a type had lately. */
  readonly #usual = new LRUCache<string, number>({ max: MOST_TYPES });

  constructor(parts: EventParts) {
    this.#parts = parts;
    const weight = { of: (caller: Caller) => this.#weightOf(caller), max: MOST_TOGETHER };
    this.#shared = sharedCommits(parts, { maxBatch: MAX_BATCH, weight, lanes: 2 });
    this.#batches = sharedCommits(parts, { maxBatch: 1, lanes: 1 });
  }

  /**
   * Stores an event with a delivery for each webhook that matches at the commit, which has happened
   * when this resolves; where they are many, an operation makes the rest. A `request` that was done
   * before stores nothing again.
   * @throws Overloaded when too many callers wait already
   * @throws EventTypeNotFound, EventTypeArchived, EventInvalid
   * @throws IdempotencyRefusal where the key of `request` is another's, or held for too long, or
   * what it created is gone
   */
  async accept(
    draft: EventDraft,
    request?: IdempotentRequest,
  ): Promise<Replayable & { event: Event }> {
    const { pool, payloadCheck } = this.#parts;
    const taken =
      (await this.#unless(payloadCheck.check(pool, draft), request)) ??
      (await this.#take(this.#shared, [draft], request));
    if (taken.kind === 'stored') return { replayed: false, event: taken.events[0] as Event };
    const event = await findEvent(pool, taken.ids[0] ?? '');
    if (event === undefined) throw new IdempotencyRefusal('delivery_gone');
    return { replayed: true, event };
  }

  /**
   * The same of several events: all are stored, or none. @returns their ids, in their order.
   * @throws EventOfBatchRefused where one of them is at fault
   */
  async acceptBatch(
    drafts: EventDraft[],
    request?: IdempotentRequest,
  ): Promise<Replayable & { ids: string[] }> {
    const taken =
      (await this.#unless(this.#checkAll(drafts), request)) ??
      (await this.#take(this.#batches, drafts, request));
    if (taken.kind === 'stored') return { replayed: false, ids: taken.events.map(({ id }) => id) };
    if (await hasAnyEvent(this.#parts.pool, taken.ids)) return { replayed: true, ids: taken.ids };
    throw new IdempotencyRefusal('delivery_gone');
  }

  async #checkAll(drafts: EventDraft[]): Promise<void> {
    const { pool, payloadCheck } = this.#parts;
    const first = await payloadCheck.firstFault(pool, drafts);
    if (first !== undefined) throw new EventOfBatchRefused(first.index, first.fault);
  }

  /** What was done before is answered, also where it would be refused by now. */
  async #unless(
    check: Promise<void>,
    request: IdempotentRequest | undefined,
  ): Promise<Taken | undefined> {
    try {
      await check;
      return undefined;
    } catch (error) {
      const done = request && (await findDone(this.#parts.pool, request));
      if (done === undefined) throw error;
      return { kind: 'done', ids: done.eventIds ?? [] };
    }
  }

  async #take(
    commits: SharedCommits<Caller, Outcome>,
    drafts: EventDraft[],
    request: IdempotentRequest | undefined,
  ): Promise<Taken> {
    const caller = { events: drafts.map((draft) => ({ ...draft, id: randomUUID() })), request };
    const taken = await untilFree(() => this.#uncrowded(commits, caller));
    if (taken === 'reused') throw new IdempotencyRefusal('idempotency_key_reused');
    if (taken.kind === 'stored') this.#count(taken);
    return taken;
  }

  /** Who comes again weighs what it was found to: it is alone, or with those it fits to. */
  async #uncrowded(commits: SharedCommits<Caller, Outcome>, caller: Caller) {
    for (;;) {
      const outcome = await commits.add(caller);
      if (typeof outcome === 'string' || outcome.kind !== 'crowded') return outcome;
      this.#usual.set(caller.events[0]?.type ?? '', outcome.deliveries);
    }
  }

  #weightOf({ events }: Caller): number {
    return events.reduce((sum, { type }) => sum + 1 + (this.#usual.get(type) ?? 0), 0);
  }

  #count({ events, made }: { events: Event[]; made: number }): void {
    const { metrics } = this.#parts;
    metrics.accepted.inc(made);
    for (const { type, deliveries } of events) {
      const count = deliveries ?? 0;
      this.#usual.set(type, count);
      metrics.events.inc();
      metrics.fanOut.observe(count);
    }
  }
}

type Outcome = Awaited<ReturnType<typeof takeEvents>>[number];

type Sharing = {
  maxBatch: number;
  weight?: { of: (caller: Caller) => number; max: number };
  lanes: number;
};

function sharedCommits(parts: EventParts, sharing: Sharing): SharedCommits<Caller, Outcome> {
  return new SharedCommits(
    (callers: Caller[]) =>
      inTransaction(parts.pool, (tx) => takeEvents(parts, tx, callers), CHOOSING),
    {
      ...sharing,
      maxWaiting: 1000,
      retryDelayMs: (failures, error) =>
        isConflict(error) && failures <= 3 ? 10 * failures : undefined,
    },
  );
}
