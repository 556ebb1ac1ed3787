import type { ClaimableQueue } from '../queue/claimable-queue.ts';
import type { TestsRequest } from '../queue/claim-statement.ts';
import { admit, type Admitted, type AdmissionParts } from './admission.ts';
import type { Leases } from './leases.ts';
import type { Placement } from './placement.ts';

/**
 * Tests under way at a time. They take no slots, so that neither a backlog nor sends that hang are
 * in their way. What tests of endpoints that hang take is bounded by this.
 */
const PLACES = 10;

/** Of one webhook, so that one that hangs does not keep the places from those of others. */
const OF_ONE_WEBHOOK = 3;

type TestSendsParts = AdmissionParts & {
  queue: Pick<ClaimableQueue, 'claimTests'>;
  leases: Pick<Leases, 'add' | 'return'>;
  placement: Pick<Placement, 'sendTest'>;
  /** A turn failed. The next one comes when somebody wakes it. */
  failed(error: unknown): void;
};

/**
 * Claims test deliveries and sends them, beside all others: whoever asked for one waits for it.
 * It looks when it is woken, and again as long as there are more that have a place.
 */
export class TestSends {
  readonly #parts: TestSendsParts;
  readonly #underWay = new Map<string, number>();
  #busy = 0;
  #isDue = false;
  #isRunning = false;
  #running = Promise.resolve();
  #stopped = false;

  constructor(parts: TestSendsParts) {
    this.#parts = parts;
  }

  /** There may be a test to claim. */
  wake(): void {
    this.#isDue = true;
    if (!this.#isRunning) this.#running = this.#runWhileDue();
  }

  /** Claims no more. Resolves when all sends are known to the placement. */
  stop(): Promise<void> {
    this.#stopped = true;
    return this.#running;
  }

  async #runWhileDue(): Promise<void> {
    this.#isRunning = true;
    while (this.#isDue && !this.#stopped) {
      this.#isDue = false;
      await this.#turn().catch((error: unknown) => this.#parts.failed(error));
    }
    this.#isRunning = false;
  }

  async #turn(): Promise<void> {
    const { queue, leases } = this.#parts;
    const free = PLACES - this.#busy;
    if (free === 0) return;
    const askedAt = performance.now();
    const { claims, more } = await queue.claimTests({ limit: free, ...this.#roomOfEach() });
    if (claims.length === 0) return;
    this.#isDue ||= more;
    const leased = leases.add(claims, askedAt);
    if (this.#stopped) return leases.return(leased);
    const { admitted, withdrawn } = await admit(this.#parts, leased);
    const isStopped = this.#stopped;
    if (!isStopped) for (const one of admitted) this.#start(one);
    const unsent = isStopped ? admitted.map(({ lease }) => lease) : [];
    await Promise.all([withdrawn, leases.return(unsent)]);
  }

  /**
   * Webhooks that have all that they may have under way are left out by the claim itself: to return
   * theirs would be to claim them again and again, before those of others.
   */
  #roomOfEach(): Pick<TestsRequest, 'rooms' | 'leftOut' | 'otherwise'> {
    const rooms = new Map<string, number>();
    const leftOut: string[] = [];
    for (const [webhookId, underWay] of this.#underWay)
      if (underWay < OF_ONE_WEBHOOK) rooms.set(webhookId, OF_ONE_WEBHOOK - underWay);
      else leftOut.push(webhookId);
    return { rooms, leftOut, otherwise: OF_ONE_WEBHOOK };
  }

  #start(admitted: Admitted): void {
    const { webhookId } = admitted;
    this.#underWay.set(webhookId, (this.#underWay.get(webhookId) ?? 0) + 1);
    this.#busy += 1;
    const leave = () => this.#leave(webhookId);
    void this.#parts.placement.sendTest(admitted).then(leave, leave);
  }

  #leave(webhookId: string): void {
    const left = (this.#underWay.get(webhookId) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(webhookId);
    else this.#underWay.set(webhookId, left);
    this.#busy -= 1;
    this.wake();
  }
}
