import type { Log } from '../telemetry/log.ts';
import type { Admitted } from './admission.ts';
import type { Buffer } from './buffer.ts';
import { ByteBudget } from './byte-budget.ts';
import type { Claimer } from './claimer.ts';
import { execute, watched, type Execution, type ExecutorParts } from './executor.ts';
import { FaultPause, LONGEST_PAUSE_MS } from './fault-pause.ts';
import { Isolation } from './isolation.ts';
import type { LeasedClaim, Leases } from './leases.ts';
import type { Sender } from '../sending/send.ts';
import type { SendEnd, Slots, Standing } from './slots.ts';
import type { Shortage } from './turned-away.ts';

export type PlacementParts = {
  sender: Sender;
  /** Sends each delivery in a process of its own. */
  isolatedSender: Sender;
  log: Log;
  slots: Slots;
  buffer: Buffer<Admitted>;
  bytesInFlight: number;
  claimer: Claimer;
  leases: Leases;
  execution: ExecutorParts;
  /** Reads claims that have waited again. */
  admit(leases: LeasedClaim[]): Promise<Admitted[]>;
  /** A send is over, or moved to the slow lane: there may be room to claim for. */
  onRoom(): void;
};

/** When a suspect for which there is no place, not even to wait, may be claimed again. */
const ISOLATED_LATER_SECONDS = 5;

/** A claim that waited longer than this is read again before it is sent. */
const STALE_MS = 1000;

/**
 * How far long payloads may fill the bytes: those that may be held for long leave room to those
 * that are not.
 */
const PART_OF_BYTES = { silent: 1 / 4, unknown: 3 / 8, slow: 5 / 8, quick: 3 / 4 } satisfies Record<
  Standing,
  number
>;

/**
 * Finds each claim that may be sent its place: a slot, one among those that wait, a process of its
 * own, or back in the queue.
 */
export class Placement {
  readonly #parts: PlacementParts;
  readonly #bytes: ByteBudget;
  readonly #isolation: Isolation;
  readonly #pause = new FaultPause();
  readonly #underWay = new Set<Promise<void>>();
  #stopped = false;

  constructor(parts: PlacementParts) {
    this.#parts = parts;
    this.#bytes = new ByteBudget(parts.bytesInFlight);
    this.#isolation = new Isolation(parts.execution, parts.isolatedSender);
  }

  /**
   * Starts what there is room for, what has waited first. The rest waits, or goes back where there
   * is no room to wait either.
   */
  async place(admitted: Admitted[]): Promise<void> {
    this.fill();
    const { true: suspects = [], false: others = [] } = Object.groupBy(admitted, ({ isolated }) =>
      isolated ? 'true' : 'false',
    );
    await this.#return(others.filter((one) => !this.#startOrKeep(one)));
    await this.#return(
      suspects.filter((one) => !this.#isolate(one)),
      ISOLATED_LATER_SECONDS,
    );
  }

  /** Starts what waits and has room now. What waited for long is read again first. */
  fill(): void {
    if (this.#pause.isOn()) return;
    const now = performance.now();
    const stale: Admitted[] = [];
    this.#parts.buffer.takeEach((one) => {
      if (now - one.readAt <= STALE_MS) return this.#start(one) === undefined;
      if (this.#parts.slots.room(one.webhookId) === 0) return false;
      stale.push(one);
      return true;
    });
    if (stale.length > 0) this.#track(this.#placeAgain(stale));
  }

  /** Returns what waits. Sends under way go on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#isolation.stop();
    await this.#return(this.#parts.buffer.remove());
  }

  /** Resolves when no send is under way any more. */
  async allOver(): Promise<void> {
    // What ends may have begun something, as the last look at what waits does.
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  busy(): { isolated: number; waiting: number; bytes: number } {
    const { sending, waiting } = this.#isolation.busy();
    return {
      isolated: sending,
      waiting: this.#parts.buffer.size + waiting,
      bytes: this.#bytes.used(),
    };
  }

  async #placeAgain(stale: Admitted[]): Promise<void> {
    const admitted = this.#stopped
      ? stale
      : await this.#parts.admit(stale.map(({ lease }) => lease));
    await (this.#stopped ? this.#return(admitted) : this.place(admitted));
  }

  /** False: there is no room, not even to wait. */
  #startOrKeep(admitted: Admitted): boolean {
    const { buffer, slots, claimer } = this.#parts;
    const { webhookId } = admitted;
    const shortage = this.#start(admitted);
    if (shortage === undefined || buffer.add(admitted, slots.ahead(webhookId))) return true;
    // One with sends under way is claimed again when one of them is over; one that lacks bytes
    // would be before that.
    if (shortage === 'bytes' || !slots.isActive(webhookId)) claimer.turnAway(webhookId, shortage);
    return false;
  }

  #isolate(admitted: Admitted): boolean {
    const { hasRoom } = this.#isolation;
    if (hasRoom) this.#run(admitted, this.#isolation.run(admitted));
    return hasRoom;
  }

  /** Sends where there is room. @returns what is short otherwise. */
  #start(admitted: Admitted): Shortage | undefined {
    const { slots, sender, execution: parts } = this.#parts;
    const { webhookId, delivery, lease } = admitted;
    const standing = slots.standing(webhookId);
    const { isNew } = lease.claim;
    const slot = slots.take(webhookId, isNew);
    if (slot === undefined) return isNew && standing === 'unknown' ? 'newcomer' : standing;
    if (!this.#takeBytes(delivery, standing)) {
      slot.leave('unused');
      return 'bytes';
    }
    const onLate = () => {
      slot.becomeSlow();
      this.#becameSlow(webhookId);
    };
    const sending = execute(parts, admitted, watched(sender, slot.slowAfterMs, onLate)).then(
      (execution) => {
        slot.leave(endOf(execution));
        if (delivery.payload === null) this.#bytes.giveLong(delivery.bytes);
        else this.#bytes.giveShort(delivery.bytes);
        return execution;
      },
    );
    this.#run(admitted, sending);
    return undefined;
  }

  #takeBytes({ payload, bytes }: Admitted['delivery'], standing: Standing): boolean {
    if (payload === null) return this.#bytes.takeLong(bytes, PART_OF_BYTES[standing]);
    this.#bytes.takeShort(bytes);
    return true;
  }

  /** What waits for a webhook that turned out to be slow would wait for long. */
  #becameSlow(webhookId: string): void {
    const { claimer, buffer, onRoom } = this.#parts;
    claimer.roomChanged();
    onRoom();
    this.#track(this.#return(buffer.remove(webhookId)));
  }

  #run(admitted: Admitted, sending: Promise<Execution>): void {
    const { claimer, onRoom } = this.#parts;
    const { webhookId, delivery } = admitted;
    this.#track(
      sending.then(async (execution) => {
        await this.#end(admitted, execution);
        claimer.sendEnded(webhookId, delivery.payload === null);
        this.fill();
        onRoom();
      }),
    );
  }

  /**
   * What is settled leaves; everything else goes back with its old count, and takes its mark along,
   * whosever the claim is now.
   */
  #end({ lease, isolated }: Admitted, execution: Execution): Promise<void> | void {
    const { leases } = this.#parts;
    switch (execution.kind) {
      case 'attempted':
        if (!isolated) this.#pause.recovered();
        return leases.drop(lease);
      case 'aborted':
      case 'gone':
      case 'not_ours':
        return leases.return([lease]);
      case 'not_recorded':
        return leases.return([lease], LONGEST_PAUSE_MS / 1000);
      case 'local':
        return leases.return([lease], this.#pauseAfter(execution.code, isolated) / 1000);
    }
  }

  /**
   * This machine cannot send at the moment: claiming goes on after a pause. Where only a process
   * for an isolated send, or a local port for one address, could not be had, the others are sent
   * meanwhile. @returns how long this delivery waits, in milliseconds.
   */
  #pauseAfter(code: string, isolated: boolean): number {
    const isAlone = isolated || code === 'EADDRNOTAVAIL';
    const { ms, isNew } = isAlone ? { ms: LONGEST_PAUSE_MS, isNew: true } : this.#pause.fault();
    if (isNew) this.#parts.log.warn('send.local_fault', { code, pause_ms: ms });
    if (isNew && !isAlone) this.#parts.claimer.pause(ms);
    return ms;
  }

  async #return(admitted: Admitted[], delaySeconds = 0): Promise<void> {
    await this.#parts.leases.return(
      admitted.map(({ lease }) => lease),
      delaySeconds,
    );
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#parts.log.error('dispatch.failed', { error }))
      .finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

/**
 * What was not sent, was given up by us, or could not be recorded, says nothing about the endpoint.
 */
function endOf(execution: Execution): SendEnd {
  if (execution.kind !== 'attempted') return 'unused';
  return execution.exchange.kind === 'response' ? 'answered' : 'unanswered';
}
