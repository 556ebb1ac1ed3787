import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { heedLock } from './session.ts';

const EVERY_MS = 5000;

type Load<Value> = (signal: AbortSignal) => Promise<Value>;

/**
 * What was read last. `value` stays while it is read again, and where that fails: then `error` says
 * why. Before the first answer both are undefined.
 */
export class Live<Value> {
  readonly value = signal<Value | undefined>(undefined);
  readonly error = signal<unknown>(undefined);
  /** How it is read; it may be another function with each rendering. */
  load: Load<Value>;
  #running: AbortController | undefined;

  readonly #everyMs: number;

  constructor(load: Load<Value>, everyMs: number) {
    this.load = load;
    this.#everyMs = everyMs;
  }

  /** Reads now and every so often, while the page is to be seen. @returns what ends that. */
  start(): () => void {
    void this.reload();
    // A read that takes long is not started again above itself.
    const again = () => {
      if (!document.hidden && this.#running === undefined) void this.reload();
    };
    const timer = setInterval(again, this.#everyMs);
    document.addEventListener('visibilitychange', again);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', again);
      this.#running?.abort();
    };
  }

  /** Reads at once, such as after something was done. */
  async reload(): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    try {
      const read = await this.load(running.signal);
      if (running.signal.aborted) return;
      this.value.value = read;
      this.error.value = undefined;
    } catch (error) {
      if (!running.signal.aborted) this.error.value = heedLock(error);
    } finally {
      if (this.#running === running) this.#running = undefined;
    }
  }
}

/**
 * What `load` reads, for as long as the component is there. With another `key` it begins anew,
 * without a value.
 */
export function useLive<Value>(
  key: string,
  load: Load<Value>,
  everyMs: number = EVERY_MS,
): Live<Value> {
  const live = useMemo(() => new Live(load, everyMs), [key]);
  live.load = load;
  useEffect(() => live.start(), [live]);
  return live;
}
