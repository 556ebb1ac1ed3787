import type { Log } from '../telemetry/log.ts';
import { admit, type AdmissionParts, type Admitted } from './admission.ts';
import type { Buffer } from './buffer.ts';
import { ByteBudget } from './byte-budget.ts';
import type { Claimer } from './claiming/claimer.ts';
import { Closer } from './closer.ts';
import { endOf, execute, type Execution, type ExecutorParts } from './executor.ts';
import { FaultPause } from './fault-pause.ts';
import { Isolation } from './isolation.ts';
import { askForRoom } from './limits/ask-for-room.ts';
import type { Answer, Limiter } from './limits/limiter.ts';
import type { Sender } from '../sending/send.ts';
import type { Leases } from './leases.ts';
import { STALE_MS, type Readings } from './readings.ts';
import type { Slot } from './slots/slot.ts';
import type { Shortage } from './claiming/turned-away.ts';
import { UnderWay } from './under-way.ts';
import { isLimited } from '../webhooks/limits/window.ts';
import type { Wakeup } from './wakeup.ts';

export type PlacementParts = AdmissionParts &
  ExecutorParts & {
    sender: Sender;
    /** Sends each delivery in a process of its own. */
    isolatedSender: Sender;
    log: Log;
    buffer: Buffer<Admitted>;
    bytesInFlight: number;
    claimer: Claimer;
    leases: Pick<Leases, 'returnQuietly'>;
    readings: Readings;
    limiter: Pick<Limiter, 'ask'>;
    /** Woken when a send is over, or takes long: there may be room to claim for. */
    wakeup: Wakeup;
  };

/** When a claim for which isolation has no place, not even to wait, may be made again. */
const ISOLATED_LATER_SECONDS = 5;

/** When a test may be claimed again for which there is no room, as its payload is long. */
const TEST_LATER_SECONDS = 1;

/**
 * Finds each claim that may be sent its place: a slot, one among those that wait, a process of its
 * own, or back in the queue. Then it follows the claim until that is closed.
 */
export class Placement {
  readonly #parts: PlacementParts;
  readonly #bytes: ByteBudget;
  readonly #isolation: Isolation;
  readonly #pause = new FaultPause();
  readonly #closer: Closer;
  readonly #underWay: UnderWay;
  #stopped = false;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
    this.#bytes = new ByteBudget(parts.bytesInFlight);
    this.#isolation = new Isolation(parts, parts.isolatedSender);
    this.#closer = new Closer(parts, this.#pause);
    this.#underWay = new UnderWay(parts.log);
  }

  /**
   * Starts what there is room for, what has waited first. The rest waits, or goes back where there
   * is no room to wait either.
   */
  place(admitted: Admitted[]): void {
    this.fill();
    const toIsolate = admitted.filter(({ isolated }) => isolated);
    const others = admitted.filter(({ isolated }) => !isolated);
    const limited = others.filter(({ webhook }) => isLimited(webhook));
    const free = others.filter(({ webhook }) => !isLimited(webhook));
    const notKept = free.filter((one) => !this.#startOrKeep(one));
    if (limited.length > 0) this.#underWay.add(this.#placeLimited(limited));
    const notIsolated = toIsolate.filter((one) => !this.#isolate(one));
    // Nobody waits for that: what came meanwhile can be claimed, and may have room.
    this.#underWay.add(this.#return(notKept));
    this.#underWay.add(this.#return(notIsolated, ISOLATED_LATER_SECONDS));
  }

  /**
   * Sends a test, which needs no slot: it waits for nothing of its webhook, and teaches nothing
   * about it. Resolves when its claim is closed.
   */
  sendTest(admitted: Admitted): Promise<void> {
    const closed = this.#sendTest(admitted);
    this.#underWay.add(closed);
    return closed;
  }

  /**
   * Starts what waits and has room now. What waited for long, or has changed, is read again first.
   */
  fill(): void {
    if (this.#pause.isOn()) return;
    const stale: Admitted[] = [];
    this.#parts.buffer.takeEach((one) => {
      if (!this.#parts.readings.isStale(one)) return this.#start(one) === undefined;
      if (this.#parts.slots.room(one.webhookId) === 0) return false;
      stale.push(one);
      return true;
    });
    if (stale.length > 0) this.#underWay.add(this.#placeAgain(stale));
  }

  /** Returns what waits. Sends under way go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#isolation.stop();
    await this.#return(this.#parts.buffer.remove());
  }

  /** Resolves when no send is under way any more, nor what its end began. */
  allOver(): Promise<void> {
    return this.#underWay.allOver();
  }

  /** Isolated sends, claims that wait, and payload bytes in memory for sends. */
  busy(): { isolated: number; waiting: number; bytes: number } {
    const { sending, waiting } = this.#isolation.busy();
    return {
      isolated: sending,
      waiting: this.#parts.buffer.size + waiting,
      bytes: this.#bytes.used(),
    };
  }

  async #sendTest(admitted: Admitted): Promise<void> {
    const { delivery, isolated } = admitted;
    if (isolated && this.#isolation.hasRoom)
      return this.#closer.close(admitted, await this.#isolation.run(admitted));
    if (isolated || !this.#bytes.take(delivery, 'unknown'))
      return this.#return([admitted], TEST_LATER_SECONDS);
    const execution = await execute(this.#parts, admitted, { sender: this.#parts.sender });
    this.#bytes.give(delivery);
    await this.#closer.close(admitted, execution);
  }

  async #placeAgain(stale: Admitted[]): Promise<void> {
    if (this.#stopped) return this.#return(stale);
    const leases = stale.map(({ lease }) => lease);
    const { admitted, withdrawn } = await admit(this.#parts, leases);
    if (this.#stopped) this.#underWay.add(this.#return(admitted));
    else this.place(admitted);
    await withdrawn;
  }

  /** False: there is no room, not even to wait. */
  #startOrKeep(admitted: Admitted): boolean {
    const { buffer, slots, claimer } = this.#parts;
    const { webhookId } = admitted;
    claimer.hasNoLimits(webhookId);
    const shortage = this.#start(admitted);
    if (shortage === undefined || buffer.add(admitted, slots.ahead(webhookId))) return true;
    this.#turnAway(webhookId, shortage);
    return false;
  }

  #turnAway(webhookId: string, shortage: Shortage): void {
    const { slots, claimer } = this.#parts;
    // One with sends under way is claimed again when one of them is over; one that lacks bytes
    // would be before that.
    if (shortage === 'bytes' || !slots.isActive(webhookId)) claimer.turnAway(webhookId, shortage);
  }

  /**
   * Asks for places for as many as could be sent now, and starts those that get one. The others do
   * not wait here: nobody could send them before there is a place.
   */
  async #placeLimited(limited: Admitted[]): Promise<void> {
    const { answers, noRoom } = await askForRoom(this.#parts, limited).catch(
      async (error: unknown) => {
        await this.#return(limited);
        throw error;
      },
    );
    const notStarted = [...answers].flatMap(([id, answer]) => this.#startPlaced(id, answer));
    const refused = [...answers.values()].flatMap((answer) => answer.refused);
    this.#parts.wakeup.wake();
    await this.#return([...noRoom, ...notStarted]);
    await this.#parts.leases.returnQuietly(refused.map(({ lease }) => lease));
  }

  /** @returns those that got a place, and find no slot now or were read too long ago. */
  #startPlaced(webhookId: string, { granted, next }: Answer<Admitted>): Admitted[] {
    const now = performance.now();
    const notStarted = granted.filter((one) => {
      if (this.#stopped || now - one.readAt > STALE_MS) return true;
      const shortage = this.#start(one);
      if (shortage !== undefined) this.#turnAway(webhookId, shortage);
      return shortage !== undefined;
    });
    this.#parts.claimer.gotPlaces(webhookId, granted.length - notStarted.length, next);
    return notStarted;
  }

  #isolate(admitted: Admitted): boolean {
    const { hasRoom } = this.#isolation;
    if (hasRoom) this.#follow(admitted, this.#isolation.run(admitted));
    return hasRoom;
  }

  /** Sends where there is room. @returns what is short otherwise. */
  #start(admitted: Admitted): Shortage | undefined {
    const { slots } = this.#parts;
    const { webhookId, delivery, lease } = admitted;
    const { isNew } = lease.claim;
    const standing = slots.standing(webhookId);
    const slot = slots.take(webhookId, isNew);
    if (slot === undefined) return isNew && standing === 'unknown' ? 'newcomer' : standing;
    if (!this.#bytes.take(delivery, standing)) {
      slot.leave('unused');
      return 'bytes';
    }
    this.#follow(admitted, this.#send(admitted, slot));
    return undefined;
  }

  async #send(admitted: Admitted, slot: Slot): Promise<Execution> {
    const { sender } = this.#parts;
    const onLong = () => this.#tookLong(admitted.webhookId, slot);
    const watch = { longAfterMs: slot.longAfterMs, onLong };
    const execution = await execute(this.#parts, admitted, { sender, watch });
    slot.leave(endOf(execution));
    this.#bytes.give(admitted.delivery);
    return execution;
  }

  /**
   * Claims that wait for a webhook whose sends take long would wait for long: they go back.
   */
  #tookLong(webhookId: string, slot: Slot): void {
    const { claimer, buffer, wakeup } = this.#parts;
    slot.tookLong();
    claimer.roomChanged();
    wakeup.wake();
    this.#underWay.add(this.#return(buffer.remove(webhookId)));
  }

  #follow(admitted: Admitted, execution: Promise<Execution>): void {
    this.#underWay.add(this.#close(admitted, execution));
  }

  /** When a claim is closed, what it took is free for others. */
  async #close(admitted: Admitted, execution: Promise<Execution>): Promise<void> {
    const { claimer, wakeup } = this.#parts;
    await this.#closer.close(admitted, await execution);
    claimer.sendEnded(admitted.webhookId, admitted.delivery.payload === null);
    this.fill();
    wakeup.wake();
  }

  #return(admitted: Admitted[], delaySeconds = 0): Promise<void> {
    return this.#parts.leases.return(
      admitted.map(({ lease }) => lease),
      delaySeconds,
    );
  }
}
