import { atMost } from '../at-most.ts';
import type { Pool } from '../database/pool.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { admit, type Admitted } from './admission.ts';
import { createAlarm } from './alarm.ts';
import { Buffer } from './buffer.ts';
import { ByteBudget } from './byte-budget.ts';
import { Claimer } from './claimer.ts';
import { execute, watched, type Execution, type ExecutorParts } from './executor.ts';
import { POOL } from './isolated-sender.ts';
import { Isolation } from './isolation.ts';
import { createLeases, type Held } from './lease.ts';
import type { ClaimableQueue } from './queue.ts';
import { createRecorder } from './recorder.ts';
import type { Sender } from './send.ts';
import { FaultPause, LONGEST_PAUSE_MS } from './fault-pause.ts';
import { Slots, type SendEnd, type Standing } from './slots.ts';
import type { Shortage } from './turned-away.ts';

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

/** When a suspect for which there is no place, not even to wait, may be claimed again. */
const ISOLATED_LATER_SECONDS = 5;

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
    this.#bytes = new ByteBudget(bytesInFlight);
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
    await atMost(Math.max(0, deadline - performance.now()), this.#allOver());
    const left = this.#leases.all();
    for (const { abort } of left) abort.abort();
    if (left.length > 0) this.#parts.log.warn('shutdown.handed_back', { deliveries: left.map(({ claim }) => claim.deliveryId) });
    await this.#leases.giveBack(left);
    await this.#leases.stop(HAND_BACK_MS);
    await this.#running;
  }

  /** What ends may have begun something, as the last look at what waits does. */
  async #allOver(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
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
    const { true: suspects = [], false: others = [] } = Object.groupBy(admitted, ({ isolated }) => (isolated ? 'true' : 'false'));
    await this.#giveBack(others.filter((one) => !this.#startOrKeep(one)));
    const later = suspects.filter((one) => !this.#isolate(one));
    await this.#leases.giveBack(
      later.map(({ lease }) => lease),
      ISOLATED_LATER_SECONDS,
    );
  }

  /** False: there is no room, not even to wait. */
  #startOrKeep(admitted: Admitted): boolean {
    const { webhookId } = admitted;
    const shortage = this.#start(admitted);
    if (shortage === undefined || this.#buffer.add(admitted, this.#slots.ahead(webhookId))) return true;
    // One that has sends under way is claimed again when the first of them is over.
    if (!this.#slots.isActive(webhookId)) this.#claimer.turnAway(webhookId, shortage);
    return false;
  }

  #isolate(admitted: Admitted): boolean {
    const { hasRoom } = this.#isolation;
    if (hasRoom) this.#run(admitted, this.#isolation.run(admitted));
    return hasRoom;
  }

  /** Starts what waits and has room now. What waited for long is read again first. */
  #fill(): void {
    if (this.#pause.isOn()) return;
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
    const admitted = this.#stopped ? stale : await this.#admit(stale.map(({ lease }) => lease));
    await (this.#stopped ? this.#giveBack(admitted) : this.#place(admitted));
  }

  /** Sends where there is room. @returns what is short otherwise. */
  #start(admitted: Admitted): Shortage | undefined {
    const { webhookId, delivery, lease } = admitted;
    const standing = this.#slots.standing(webhookId);
    const { isNew } = lease.claim;
    const slot = this.#slots.take(webhookId, isNew);
    if (slot === undefined) return isNew && standing === 'unknown' ? 'newcomer' : standing;
    if (!this.#takeBytes(delivery, standing)) {
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
      if (delivery.payload === null) this.#bytes.giveLong(delivery.bytes);
      else this.#bytes.giveShort(delivery.bytes);
      return execution;
    });
    this.#run(admitted, sending);
    return undefined;
  }

  /** Long payloads of webhooks that may hang leave room to the others. */
  #takeBytes({ payload, bytes }: Admitted['delivery'], standing: Standing): boolean {
    if (payload === null) return this.#bytes.takeLong(bytes, standing === 'quick' ? 3 / 4 : 1 / 2);
    this.#bytes.takeShort(bytes);
    return true;
  }

  #run(admitted: Admitted, sending: Promise<Execution>): void {
    this.#track(
      sending.then(async (execution) => {
        await this.#end(admitted, execution);
        this.#claimer.landed(admitted.webhookId);
        this.#fill();
        this.#alarm.ring();
      }),
    );
  }

  /** What is settled leaves; everything else goes back with its old count, and takes its mark along, whosever the claim is now. */
  #end({ lease, isolated }: Admitted, execution: Execution): Promise<void> | void {
    switch (execution.kind) {
      case 'attempted':
        if (!isolated) this.#pause.recovered();
        return this.#leases.drop(lease);
      case 'aborted':
      case 'gone':
      case 'not_ours':
        return this.#leases.giveBack([lease]);
      case 'not_recorded':
        return this.#leases.giveBack([lease], LONGEST_PAUSE_MS / 1000);
      case 'local':
        return this.#leases.giveBack([lease], this.#pauseAfter(execution.code, isolated) / 1000);
    }
  }

  /**
   * This machine cannot send at the moment: claiming goes on after a pause. Where only a process for an isolated send, or a local port for
   * one address, could not be had, the others are sent meanwhile. @returns how long this delivery waits, in milliseconds.
   */
  #pauseAfter(code: string, isolated: boolean): number {
    const isAlone = isolated || code === 'EADDRNOTAVAIL';
    const { ms, isNew } = isAlone ? { ms: LONGEST_PAUSE_MS, isNew: true } : this.#pause.fault();
    if (isNew) this.#parts.log.warn('send.local_fault', { code, pauseMs: ms });
    if (isNew && !isAlone) this.#claimer.pause(ms);
    return ms;
  }

  async #giveBack(admitted: Admitted[]): Promise<void> {
    await this.#leases.giveBack(admitted.map(({ lease }) => lease));
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#parts.log.error('dispatch.failed', { error }))
      .finally(() => this.#underWay.delete(tracked));
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

/** What was not sent, was given up by us, or could not be recorded, says nothing about the endpoint. */
function endOf(execution: Execution): SendEnd {
  if (execution.kind !== 'attempted') return 'unused';
  return execution.exchange.kind === 'response' ? 'answered' : 'unanswered';
}
