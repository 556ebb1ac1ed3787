import { randomUUID } from 'node:crypto';
import { inTransaction } from '../database/transaction.ts';
import type { Admitted } from './admission.ts';
import { execute, recordVanished, type Execution, type ExecutorParts } from './executor.ts';
import { LONGEST_WAIT_MS } from './claiming/limited.ts';
import type { Limiter } from './limits/limiter.ts';
import type { Next } from './limits/places.ts';
import { POOL_SIZE } from '../sending/isolated/pool.ts';
import { markIsolated } from '../deliveries/mark.ts';
import type { Sender } from '../sending/send.ts';
import { isLimited } from '../webhooks/limits/window.ts';

/** Of one webhook, so that one that hangs does not keep the places from those of others. */
const OF_ONE_WEBHOOK = 2;

/**
 * Claims that may wait for a place: they are extended meanwhile, and nobody else can take them.
 */
const MAX_WAITING = 2 * POOL_SIZE;

/** When a claim may be made again whose webhook has all its permits in use. */
const PERMIT_LATER_SECONDS = 1;

export type IsolationParts = ExecutorParts & { limiter: Pick<Limiter, 'ask'> };

/** `go` tells it whether the place `isIts`: not where its claim is not ours any more. */
type Waiter = { admitted: Admitted; go(isIts: boolean): void };

/**
 * Sends deliveries on which workers may die, each in a process of its own, beside everything else.
 * A mark on the delivery, committed before the send, tells the next owner that a send was begun if
 * this whole worker vanishes.
 */
export class Isolation {
  readonly #parts: IsolationParts;
  readonly #sender: Sender;
  readonly #waiting: Waiter[] = [];
  readonly #underWay = new Map<string, number>();
  #count = 0;
  #stopped = false;

  constructor(parts: IsolationParts, sender: Sender) {
    this.#parts = parts;
    this.#sender = sender;
  }

  /** Sends and records when there is a place. Never rejects. */
  async run(admitted: Admitted): Promise<Execution> {
    if (!(await this.#waitForPlace(admitted))) return { kind: 'aborted' };
    try {
      return await (admitted.vanished
        ? recordVanished(this.#parts, admitted)
        : this.#sendIfPlaced(admitted));
    } finally {
      this.#leave(admitted.webhookId);
    }
  }

  /** Whether one more may come. */
  get hasRoom(): boolean {
    return this.#waiting.length < MAX_WAITING;
  }

  /** Sends under way, and those that wait for a place. */
  busy(): { sending: number; waiting: number } {
    return { sending: this.#count, waiting: this.#waiting.length };
  }

  /** Those that wait for a place do not get one any more. */
  stop(): void {
    this.#stopped = true;
    for (const { go } of this.#waiting.splice(0)) go(false);
  }

  /**
   * The place of a limited webhook is asked for only now, as those that wait here need none. Tests
   * take no place.
   */
  async #sendIfPlaced(admitted: Admitted): Promise<Execution> {
    if (admitted.delivery.test || !isLimited(admitted.webhook)) return this.#send(admitted);
    try {
      const answers = await this.#parts.limiter.ask([admitted], { slowly: true });
      const {
        granted: [granted],
        next,
      } = answers.get(admitted.webhookId) ?? NO_ANSWER;
      return granted === undefined
        ? { kind: 'refused', delaySeconds: secondsUntil(next) }
        : await this.#send(granted);
    } catch (error) {
      this.#parts.log.warn('limits.not_asked', { delivery_id: admitted.delivery.id, error });
      return { kind: 'aborted' };
    }
  }

  async #send(admitted: Admitted): Promise<Execution> {
    const { lease, delivery } = admitted;
    const mark = randomUUID();
    // Noted before the commit: if its answer is lost, the mark may be there.
    lease.mark = mark;
    try {
      const marked = await inTransaction(this.#parts.pool, (tx) =>
        markIsolated(tx, delivery.id, mark),
      );
      if (!marked) return { kind: 'gone' };
    } catch (error) {
      this.#parts.log.warn('isolation.mark_failed', { delivery_id: delivery.id, error });
      return { kind: 'aborted' };
    }
    const readAgain = this.#parts.readings.isStale(admitted);
    return execute(this.#parts, admitted, { sender: this.#sender, readAgain });
  }

  /** Resolves when it is its turn; false: it never will be. */
  #waitForPlace(admitted: Admitted): Promise<boolean> {
    return new Promise((resolve) => {
      this.#waiting.push({ admitted, go: resolve });
      this.#fill();
    });
  }

  #fill(): void {
    if (this.#stopped) return this.stop();
    while (this.#count < POOL_SIZE) {
      const next = this.#waiting.findIndex(
        ({ admitted }) => (this.#underWay.get(admitted.webhookId) ?? 0) < OF_ONE_WEBHOOK,
      );
      const [waiter] = next < 0 ? [] : this.#waiting.splice(next, 1);
      if (waiter === undefined) return;
      const { webhookId, lease } = waiter.admitted;
      const isIts = !lease.abort.signal.aborted;
      if (isIts) this.#count += 1;
      if (isIts) this.#underWay.set(webhookId, (this.#underWay.get(webhookId) ?? 0) + 1);
      waiter.go(isIts);
    }
  }

  #leave(webhookId: string): void {
    this.#count -= 1;
    const left = (this.#underWay.get(webhookId) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(webhookId);
    else this.#underWay.set(webhookId, left);
    this.#fill();
  }
}

const NO_ANSWER = { granted: [], next: { kind: 'permits' } } as const;

const secondsUntil = (next: Next) =>
  next.kind === 'tokens' ? Math.min(next.afterMs, LONGEST_WAIT_MS) / 1000 : PERMIT_LATER_SECONDS;
