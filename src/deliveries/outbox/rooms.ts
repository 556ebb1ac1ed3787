import type { Tx } from '../../database/transaction.ts';
import type { NextJob } from '../../queue/delivery-queue.ts';
import { countLiveJobs } from '../../queue/live-jobs.ts';
import { SMALLEST_WINDOW, windowOf, type Limits } from '../../webhooks/limits/window.ts';
import { findWindowStates, flagAndWake, type WindowState } from '../../webhooks/wake.ts';
import { NEAR_SECONDS } from '../may-run.ts';
import type { Candidate } from './candidates.ts';
import type { Room } from './take-in.ts';

/**
 * How many jobs the webhooks may get in one round. A webhook that gets few is left to the census,
 * as it is where deliveries are accepted; the queue is counted, once, for those that get many.
 */
export class Rooms {
  readonly #liveJobs: number;
  /** The jobs that this round has given, by webhook. */
  readonly #given = new Map<string, number>();
  /** The jobs of each webhook before this round. */
  #live: Map<string, number> | undefined;

  constructor(liveJobs: number) {
    this.#liveJobs = liveJobs;
  }

  /**
   * Flags webhooks that get more than their window with these candidates: what comes for them from
   * now on is their backlog, but for the rooms that this tells. What was redelivered with many
   * others gets no job now, and makes nothing wait that is new: it waits to be released, and its
   * webhook is looked at. To be called before anything is taken in: who settles has the state of a
   * webhook when it asks for a key.
   */
  async reserve(tx: Tx, candidates: Candidate[]): Promise<Room[]> {
    const { redelivered = [], usual = [] } = Object.groupBy(candidates, (one) =>
      one.redelivered ? 'redelivered' : 'usual',
    );
    const rooms = await this.#roomsFor(tx, usual);
    const flagged = rooms.map(({ webhookId }) => webhookId);
    const woken = [...countsOf(redelivered).keys()];
    if (flagged.length + woken.length > 0) await flagAndWake(tx, { flagged, woken });
    return rooms;
  }

  async #roomsFor(tx: Tx, candidates: Candidate[]): Promise<Room[]> {
    const counts = countsOf(candidates);
    const many = [...counts].filter(([id, count]) => this.#of(id) + count > SMALLEST_WINDOW);
    if (many.length === 0) return [];
    const ids = many.map(([id]) => id);
    this.#live ??= await liveBefore(tx, this.#given);
    const states = await findWindowStates(tx, ids);
    const live = new Map(ids.map((id) => [id, (this.#live?.get(id) ?? 0) + this.#of(id)] as const));
    return roomsOf({ counts, live, states, liveJobs: this.#liveJobs });
  }

  /** These jobs were given. Most that has a key is taken in without one. */
  note(jobs: NextJob[]): void {
    for (const [id, count] of countsOf(jobs)) this.#given.set(id, this.#of(id) + count);
  }

  #of(webhookId: string): number {
    return this.#given.get(webhookId) ?? 0;
  }
}

/** What this round had added when the queue was counted is not counted again. */
async function liveBefore(
  tx: Tx,
  given: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const counts = await countLiveJobs(tx, NEAR_SECONDS);
  return new Map([...counts].map(([id, { total }]) => [id, total - (given.get(id) ?? 0)]));
}

type Question = {
  counts: ReadonlyMap<string, number>;
  live: ReadonlyMap<string, number>;
  states: ReadonlyMap<string, WindowState & Limits>;
  liveJobs: number;
};

/**
 * The webhooks that are to be flagged, with the room in their windows. One that is flagged already
 * has a backlog, which goes before what comes now.
 */
export function roomsOf({ counts, live, states, liveJobs }: Question): Room[] {
  return [...live].flatMap(([webhookId, jobs]) => {
    const state = states.get(webhookId);
    if (state === undefined || state.overWindow) return [];
    const room = windowOf(state, liveJobs) - jobs;
    return room < (counts.get(webhookId) ?? 0) ? [{ webhookId, room: Math.max(0, room) }] : [];
  });
}

function countsOf(some: { webhookId: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { webhookId } of some) counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
  return counts;
}
