import type { WebhookRequest } from '../request.ts';
import type { Exchange, Sender, SenderOptions, SendLimits } from '../send.ts';
import { Child } from './child.ts';

/** Most processes at a time. Each takes 120 MB, about half of it shared with the others. */
export const POOL_SIZE = 8;

/** A send that waits for a process. */
type Waiting = { go(child: Child): void; leave(): void };

/**
 * Makes each send in a process of its own, so that a crash takes nothing else along: for deliveries
 * that may end their process. A death in the middle of a send is a failure, `crashed`. A send that
 * finds all processes busy waits for its turn; its time does not run yet.
 */
export class ProcessPool implements Sender {
  readonly #options: SenderOptions;
  readonly #children = new Set<Child>();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  async send(request: WebhookRequest, limits: SendLimits): Promise<Exchange> {
    if (this.#closed || limits.signal.aborted) return { kind: 'aborted' };
    return this.#findFree()?.send(request, limits) ?? this.#wait(request, limits);
  }

  close(): void {
    this.#closed = true;
    for (const one of [...this.#waiting]) one.leave();
    for (const child of this.#children) child.giveUp({ kind: 'aborted' });
  }

  /** One that waits for work, or a new one where there is room for it. */
  #findFree(): Child | undefined {
    for (const child of this.#children) if (child.isFree) return child;
    if (this.#children.size >= POOL_SIZE) return undefined;
    const child = new Child(this.#options, () => this.#onChange());
    this.#children.add(child);
    return child;
  }

  #onChange(): void {
    for (const child of this.#children) if (child.isGone) this.#children.delete(child);
    while (this.#waiting.length > 0) {
      const free = this.#findFree();
      if (free === undefined) return;
      this.#waiting.shift()?.go(free);
    }
  }

  #wait(request: WebhookRequest, limits: SendLimits): Promise<Exchange> {
    return new Promise((resolve) => {
      const one: Waiting = {
        go(child) {
          limits.signal.removeEventListener('abort', one.leave);
          resolve(child.send(request, limits));
        },
        leave: () => {
          limits.signal.removeEventListener('abort', one.leave);
          this.#waiting.splice(this.#waiting.indexOf(one), 1);
          resolve({ kind: 'aborted' });
        },
      };
      limits.signal.addEventListener('abort', one.leave);
      this.#waiting.push(one);
    });
  }
}
