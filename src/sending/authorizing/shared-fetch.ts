import type { SendLimits } from '../send.ts';
import type { NoToken } from './token-answer.ts';

/** What of the limits of a send holds for somebody who waits for a token. */
export type WaitLimits = Pick<SendLimits, 'timeoutMs' | 'spentMs' | 'signal'>;

/**
 * One fetch for all who need its result. Each waits within limits of its own. When nobody waits any
 * more it is called off. `onOver` is called then, or when it is done: nobody may join it
 * afterwards.
 */
export class SharedFetch<Result> {
  readonly #abort = new AbortController();
  readonly #done: Promise<Result>;
  readonly #onOver: () => void;
  #waiting = 0;

  constructor(begin: (signal: AbortSignal) => Promise<Result>, onOver: () => void) {
    this.#onOver = onOver;
    this.#done = begin(this.#abort.signal).finally(onOver);
  }

  /** What came of it, or why it was not waited for. */
  wait({ timeoutMs, spentMs = 0, signal }: WaitLimits): Promise<Result | NoToken> {
    const { promise, resolve, reject } = Promise.withResolvers<Result | NoToken>();
    const onAbort = () => resolve({ kind: 'aborted' });
    const timer = setTimeout(() => resolve(timeoutAfter(timeoutMs)), timeoutMs - spentMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#waiting += 1;
    this.#done.then(resolve, reject);
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#leave();
    });
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting > 0) return;
    this.#onOver();
    this.#abort.abort();
  }
}

function timeoutAfter(timeoutMs: number): NoToken {
  const message = `token endpoint: timeout after ${timeoutMs / 1000} s`;
  return { kind: 'failure', reason: 'timeout', message };
}
