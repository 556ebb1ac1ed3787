import { Buffer } from '../../src/worker/buffer.ts';
import type { Claim, ClaimedBatch } from '../../src/queue/claim.ts';
import type { ClaimRequest } from '../../src/queue/claim-statement.ts';
import { Claimer } from '../../src/worker/claiming/claimer.ts';
import { Slots } from '../../src/worker/slots/slots.ts';
import type { SendEnd } from '../../src/worker/slots/standing.ts';

/**
 * How the endpoint of a webhook behaves: it answers after `answersMs`, or the send is given up
 * after `timeoutMs`.
 */
export type Endpoint = { answersMs: number; timeoutMs: number; retryMs: number };

type Job = {
  number: number;
  webhookId: string;
  createdAt: number;
  dueAt: number;
  claimed: boolean;
};

/**
 * One send: how long its delivery had waited since it was due, and whether its webhook had ended a
 * send before it came.
 */
export type Started = { webhookId: string; waitedMs: number; wasKnown: boolean };

type Entry = { webhookId: string; job: Job; claim: Claim };

const NEW_MS = 1000;
const NEWEST = 2000;
const CLAIM_MS = 3;
const COMMIT_MS = 3;

/**
 * A worker without a database, on a clock of its own: real slots, buffer and claimer, with a queue
 * and endpoints in memory. What is between them does the same as the dispatcher.
 */
export class WorkerModel {
  readonly started: Started[] = [];
  readonly counts = { claims: 0, claimed: 0, returned: 0, most: 0 };
  readonly slots: Slots;
  readonly #size: number;
  readonly #buffer: Buffer<Entry>;
  readonly #claimer: Claimer;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #jobs = new Set<Job>();
  readonly #knownSince = new Map<string, number>();
  #events: { at: number; happen: () => void }[] = [];
  #now = 0;
  #number = 0;
  #rung = false;

  constructor({ slots, share = 20 }: { slots: number; share?: number }) {
    const now = () => this.#now;
    this.#size = slots;
    this.slots = new Slots({ slots, share, now });
    this.#buffer = new Buffer(slots);
    const queue = { claim: (request: ClaimRequest) => this.#claim(request) };
    this.#claimer = new Claimer({
      queue,
      slots: this.slots,
      buffer: this.#buffer,
      pollingIntervalMs: 1000,
      now,
    });
  }

  endpoint(webhookId: string, endpoint: Endpoint): void {
    this.#endpoints.set(webhookId, endpoint);
  }

  /** Posts a delivery at a time of the clock. */
  post(webhookId: string, at: number): void {
    this.#at(at, () => {
      this.#add(webhookId, 0);
      this.#wake();
    });
  }

  /**
   * Jobs of a webhook that are due and wait in the queue, and since when the first of them does.
   */
  waiting(webhookId: string): { count: number; longestMs: number } {
    const jobs = [...this.#jobs].filter(
      (job) => job.webhookId === webhookId && !job.claimed && job.dueAt <= this.#now,
    );
    return {
      count: jobs.length,
      longestMs: Math.max(0, ...jobs.map(({ dueAt }) => this.#now - dueAt)),
    };
  }

  /** Lets the worker work until a time of the clock. */
  async run(until: number): Promise<void> {
    while (this.#now < until) {
      await this.#turn();
      this.#wait(Math.min(until, this.#now + this.#claimer.waitMs()));
    }
  }

  #wait(until: number): void {
    for (;;) {
      const [next] = this.#events;
      if (next !== undefined && next.at <= Math.max(this.#now, this.#rung ? this.#now : until)) {
        this.#events.shift();
        this.#now = Math.max(this.#now, next.at);
        next.happen();
      } else if (this.#rung) {
        this.#rung = false;
        return;
      } else {
        this.#now = Math.max(this.#now, until);
        return;
      }
    }
  }

  async #turn(): Promise<void> {
    const { claims } = await this.#claimer.claim();
    this.#fill();
    const excess: Entry[] = [];
    for (const claim of claims) {
      const { webhookId } = claim;
      const entry = { webhookId, claim, job: this.#jobOf(claim) };
      const shortage = this.#start(entry);
      if (shortage === undefined || this.#buffer.add(entry, this.slots.ahead(webhookId))) continue;
      if (!this.slots.isActive(webhookId)) this.#claimer.turnAway(webhookId, shortage);
      excess.push(entry);
    }
    this.#return(excess);
  }

  #fill(): void {
    this.#buffer.takeEach((entry) => this.#start(entry) === undefined);
  }

  #start(entry: Entry) {
    const { webhookId, claim } = entry;
    const standing = this.slots.standing(webhookId);
    const slot = this.slots.take(webhookId, claim.isNew);
    if (slot === undefined) return claim.isNew && standing === 'unknown' ? 'newcomer' : standing;
    const { dueAt } = entry.job;
    const wasKnown = dueAt > (this.#knownSince.get(webhookId) ?? Infinity);
    this.started.push({ webhookId, waitedMs: this.#now - dueAt, wasKnown });
    this.#count();
    const { answersMs, timeoutMs } = this.#endpoints.get(webhookId) as Endpoint;
    const tookMs = Math.min(answersMs, timeoutMs);
    if (tookMs > slot.longAfterMs)
      this.#at(this.#now + slot.longAfterMs, () => this.#late(webhookId, () => slot.tookLong()));
    const end: SendEnd = answersMs <= timeoutMs ? 'answered' : 'unanswered';
    this.#at(this.#now + tookMs + COMMIT_MS, () => this.#end(entry, () => slot.leave(end), end));
    return undefined;
  }

  #late(webhookId: string, tookLong: () => void): void {
    tookLong();
    this.#claimer.roomChanged();
    this.#rung = true;
    this.#return(this.#buffer.remove(webhookId));
  }

  #end({ webhookId, job }: Entry, leave: () => void, end: SendEnd): void {
    leave();
    if (!this.#knownSince.has(webhookId)) this.#knownSince.set(webhookId, this.#now);
    this.#jobs.delete(job);
    if (end === 'unanswered')
      this.#add(webhookId, (this.#endpoints.get(webhookId) as Endpoint).retryMs);
    this.#claimer.sendEnded(webhookId);
    this.#fill();
    this.#rung = true;
  }

  #return(entries: Entry[]): void {
    if (entries.length === 0) return;
    this.counts.returned += entries.length;
    this.#at(this.#now + COMMIT_MS, () => {
      for (const { job } of entries) job.claimed = false;
      this.#wake();
    });
  }

  #wake(): void {
    this.#claimer.wake();
    this.#rung = true;
  }

  #count(): void {
    const { fast, slow } = this.slots.busy();
    if (fast > this.#size || slow > this.#size)
      throw new Error(`${fast} and ${slow} sends on ${this.#size} slots`);
    this.counts.most = Math.max(this.counts.most, fast + slow);
  }

  /** As claimJobs does it. */
  async #claim(request: ClaimRequest): Promise<ClaimedBatch> {
    const { limit, from, rooms, onlyNew, otherwise } = request;
    const leftOut = new Set(request.leftOut);
    this.#now += CLAIM_MS;
    this.counts.claims += 1;
    const ignored = new Set(onlyNew);
    const isNew = ({ createdAt }: Job) => createdAt > this.#now - NEW_MS;
    const free = [...this.#jobs].filter(({ claimed }) => !claimed);
    const seen = from === 'oldest' ? free : free.toReversed().slice(0, NEWEST);
    const wanted = (job: Job) =>
      job.dueAt <= this.#now &&
      !leftOut.has(job.webhookId) &&
      (isNew(job) || !ignored.has(job.webhookId));
    const due = seen.filter(wanted).slice(0, limit);
    const taken = new Map<string, number>();
    const next = due.filter(({ webhookId }) => {
      const nth = (taken.get(webhookId) ?? 0) + 1;
      taken.set(webhookId, nth);
      return nth <= (rooms.get(webhookId) ?? otherwise);
    });
    for (const job of next) job.claimed = true;
    this.counts.claimed += next.length;
    const more =
      (from === 'newest' && seen.length === NEWEST) ||
      due.length === limit ||
      due.length > next.length;
    const claims = next.map((job) => ({ ...claimOf(job), isNew: isNew(job) }));
    return { claims, damaged: [], hidden: false, redeliveries: false, more };
  }

  #jobOf({ jobId }: Claim): Job {
    for (const job of this.#jobs) if (String(job.number) === jobId) return job;
    throw new Error(`no job ${jobId}`);
  }

  #add(webhookId: string, delayMs: number): void {
    this.#jobs.add({
      number: (this.#number += 1),
      webhookId,
      createdAt: this.#now,
      dueAt: this.#now + delayMs,
      claimed: false,
    });
  }

  #at(at: number, happen: () => void): void {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { at, happen });
  }
}

function claimOf({ number, webhookId }: Job): Claim {
  return {
    jobId: String(number),
    generation: 'g',
    deliveryId: String(number),
    webhookId,
    crashes: 0,
    isNew: false,
  };
}
