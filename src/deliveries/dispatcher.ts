import { atMost } from '../at-most.ts';
import type { Pool } from '../database/pool.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { admit, type Admitted } from './admission.ts';
import { createAlarm } from './alarm.ts';
import { Buffer } from './buffer.ts';
import { createByteBudget, type ByteBudget } from './byte-budget.ts';
import { Claimer } from './claimer.ts';
import { execute, watched, type Execution, type ExecutorParts } from './executor.ts';
import { POOL } from './isolated-sender.ts';
import { Isolation } from './isolation.ts';
import { createLeases, type Held } from './lease.ts';
import type { ClaimableQueue } from './queue.ts';
import { createRecorder } from './recorder.ts';
import type { Sender } from './send.ts';
import { FaultPause } from './fault-pause.ts';
import { Slots, type SendEnd, type Standing } from './slots.ts';
import type { Shortage } from './turned-away.ts';
import { recordVanished } from './vanished.ts';

export type DispatcherParts = {
  pool: Pool;
  queue: ClaimableQueue;
  sender: Sender;
  /** Sends each delivery in a process of its own. */
  isolatedSender: Sender;
  metrics: Metrics;
  log: Log;
};

export type DispatcherOptions = {
  slots: number;
  share: number;
  pollingIntervalMs: number;
  /** Payload bytes that may be held for sends. */
  bytesInFlight: number;
};

/** How long a stop waits for a database that does not take claims back. Their lease runs out then. */
const HAND_BACK_MS = 2000;

/** A claim that waited longer than this is read again before it is sent. */
const STALE_MS = 1000;

/**
 * Claims deliveries and sends them, until stopped. The life of a claim here:
 *
 *     claimed → admitted → slot → sending (fast → slow) → settled
 *                 │   │      └ buffered → slot | returned
 *                 │   └ isolated (waits for a place, marked) → sending in a process of its own → settled
 *                 └ held | postponed | dropped               sending → aborted → returned
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #alarm = createAlarm();
  readonly #slots: Slots;
  readonly #buffer: Buffer<Admitted>;
  readonly #bytes: ByteBudget;
  readonly #claimer: Claimer;
  readonly #leases;
  readonly #recorder;
  readonly #execution: ExecutorParts;
  readonly #isolation: Isolation;
  readonly #pause = new FaultPause();
  readonly #underWay = new Set<Promise<void>>();
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(parts: DispatcherParts, { slots, share, pollingIntervalMs, bytesInFlight }: DispatcherOptions) {
    const { pool, queue, log } = parts;
    this.#parts = parts;
    this.#slots = new Slots({ slots, share });
    this.#buffer = new Buffer(slots);
    this.#bytes = createByteBudget(bytesInFlight);
    this.#claimer = new Claimer({ queue, slots: this.#slots, buffer: this.#buffer, pollingIntervalMs });
    this.#leases = createLeases(pool, queue, log);
    this.#recorder = createRecorder(parts);
    this.#execution = { pool, log, record: this.#recorder.record };
    this.#isolation = new Isolation(this.#execution, parts.isolatedSender);
    parts.metrics.onScrape(() => this.#sample(slots));
    this.#running = this.#runUntilStopped();
  }

  /** There may be something to claim. */
  wake(): void {
    this.#claimer.wake();
    this.#alarm.ring();
  }

  /** Claims nothing more, lets sends in flight finish and be recorded for up to `graceMs`, and gives back the rest. */
  async stop(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    this.#stopped = true;
    this.#alarm.ring();
    this.#recorder.hurry();
    // The turn under way may still send what it has claimed. After it nothing new comes, so that all sends are known.
    await atMost(graceMs, this.#running);
    this.#isolation.stop();
    await this.#giveBack(this.#buffer.remove());
    await atMost(Math.max(0, deadline - performance.now()), Promise.all(this.#underWay));
    const left = this.#leases.all();
    for (const { abort } of left) abort.abort();
    if (left.length > 0) this.#parts.log.warn('shutdown.handed_back', { deliveries: left.map(({ claim }) => claim.deliveryId) });
    await this.#leases.giveBack(left);
    await this.#leases.stop(HAND_BACK_MS);
    await this.#running;
  }

  async #runUntilStopped(): Promise<void> {
    while (!this.#stopped) {
      await this.#turn().catch((error: unknown) => this.#parts.log.error('dispatch.failed', { error }));
      if (!this.#stopped) await this.#alarm.wait(this.#claimer.waitMs());
    }
  }

  async #turn(): Promise<void> {
    const { claims, askedAt } = await this.#claimer.claim();
    this.#fill();
    if (claims.length === 0) return;
    this.#parts.metrics.claimBatch.observe(claims.length);
    const leases = this.#leases.hold(claims, askedAt);
    if (this.#stopped) return this.#leases.giveBack(leases);
    await this.#place(await this.#admit(leases));
  }

  #admit(leases: Held[]): Promise<Admitted[]> {
    const { pool, queue } = this.#parts;
    return admit({ pool, queue, leases: this.#leases, slots: this.#slots }, leases);
  }

  /** Starts what there is room for, what has waited first. The rest waits, or goes back where there is no room to wait either. */
  async #place(admitted: Admitted[]): Promise<void> {
    this.#fill();
    const excess: Admitted[] = [];
    for (const one of admitted) {
      if (one.vanished) this.#run(one, recordVanished(this.#execution, one));
      else if (one.isolated) this.#run(one, this.#isolation.run(one));
      else {
        const shortage = this.#start(one);
        if (shortage === undefined || this.#buffer.add(one, this.#slots.ahead(one.webhookId))) continue;
        // One with sends under way is claimed again when one of them is over; one that lacks bytes would be before that.
        if (shortage === 'bytes' || !this.#slots.isActive(one.webhookId)) this.#claimer.turnAway(one.webhookId, shortage);
        excess.push(one);
      }
    }
    await this.#giveBack(excess);
  }

  /** Starts what waits and has room now. What waited for long is read again first. */
  #fill(): void {
    const now = performance.now();
    const stale: Admitted[] = [];
    this.#buffer.takeEach((one) => {
      if (now - one.readAt <= STALE_MS) return this.#start(one) === undefined;
      if (this.#slots.room(one.webhookId) === 0) return false;
      stale.push(one);
      return true;
    });
    if (stale.length > 0) this.#track(this.#placeAgain(stale));
  }

  async #placeAgain(stale: Admitted[]): Promise<void> {
    if (this.#stopped) return this.#giveBack(stale);
    await this.#place(await this.#admit(stale.map(({ lease }) => lease)));
  }

  /** Sends where there is room. @returns what is short otherwise. */
  #start(admitted: Admitted): Shortage | undefined {
    const { webhookId, delivery, lease } = admitted;
    const standing = this.#slots.standing(webhookId);
    const { isNew } = lease.claim;
    const slot = this.#slots.take(webhookId, isNew);
    if (slot === undefined) return isNew && standing === 'unknown' ? 'newcomer' : standing;
    if (!this.#bytes.take(delivery.bytes, partOfBytes(delivery, standing))) {
      slot.leave('unused');
      return 'bytes';
    }
    const sender = watched(this.#parts.sender, slot.slowAfterMs, () => {
      slot.becomeSlow();
      this.#claimer.roomChanged();
      this.#alarm.ring();
      this.#track(this.#giveBack(this.#buffer.remove(webhookId)));
    });
    const sending = execute(this.#execution, admitted, sender).then((execution) => {
      slot.leave(endOf(execution));
      this.#bytes.give(delivery.bytes);
      return execution;
    });
    this.#run(admitted, sending);
    return undefined;
  }

  #run({ webhookId, lease, delivery }: Admitted, sending: Promise<Execution>): void {
    this.#track(
      sending.then(async (execution) => {
        await this.#end(lease, execution);
        this.#claimer.landed(webhookId, delivery.payload === null);
        this.#fill();
        this.#alarm.ring();
      }),
    );
  }

  /** What is settled leaves; what was not sent goes back with its old count. */
  #end(lease: Held, execution: Execution): Promise<void> | void {
    switch (execution.kind) {
      case 'attempted':
        this.#pause.recovered();
        return this.#leases.drop(lease);
      case 'not_recorded':
        return this.#leases.drop(lease);
      case 'aborted':
      case 'gone':
        return this.#leases.giveBack([lease]);
      case 'local':
        return this.#leases.giveBack([lease], this.#pauseFor(execution.code) / 1000);
    }
  }

  /** This machine cannot send at the moment: claiming goes on after a pause. @returns milliseconds. */
  #pauseFor(code: string): number {
    const { ms, isNew } = this.#pause.fault();
    if (isNew) this.#parts.log.warn('send.local_fault', { code, pauseMs: ms });
    if (isNew) this.#claimer.pause(ms);
    return ms;
  }

  async #giveBack(admitted: Admitted[]): Promise<void> {
    await this.#leases.giveBack(admitted.map(({ lease }) => lease));
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  #sample(slots: number): void {
    const { metrics } = this.#parts;
    const busy = { ...this.#slots.busy(), isolated: this.#isolation.busy().sending };
    for (const lane of ['fast', 'slow', 'isolated'] as const) {
      metrics.slots.set({ lane }, lane === 'isolated' ? POOL : slots);
      metrics.inFlight.set({ lane }, busy[lane]);
    }
    metrics.waitingInLine.set(this.#buffer.size + this.#isolation.busy().waiting);
    metrics.bytesInFlight.set(this.#bytes.used());
  }
}

/** How far long payloads may fill the bytes: those that may be held for long leave room to those that are not. */
const PART_OF_BYTES = { silent: 1 / 4, unknown: 3 / 8, slow: 5 / 8, quick: 3 / 4 } satisfies Record<Standing, number>;

/** Short payloads are always let in: all of them together are a part of the budget that long ones leave. */
function partOfBytes({ payload }: Admitted['delivery'], standing: Standing): number {
  return payload === null ? PART_OF_BYTES[standing] : 1;
}

/** What was not sent, was given up by us, or could not be recorded, says nothing about the endpoint. */
function endOf(execution: Execution): SendEnd {
  if (execution.kind !== 'attempted') return 'unused';
  return execution.exchange.kind === 'response' ? 'answered' : 'unanswered';
}
