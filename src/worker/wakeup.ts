/**
 * Lets one loop sleep until somebody has something for it. Wake-ups that come together count once.
 * The loop is the one of the dispatcher. It is woken when there may be something new in the queue,
 * and by the placement when a send is over or takes long, so that there may be room.
 */
export class Wakeup {
  #isDue = false;
  #resume: (() => void) | undefined;

  /** Ends the present wait, or the next one if nobody waits. */
  wake(): void {
    this.#isDue = true;
    this.#resume?.();
  }

  /** Resolves when it is woken, at the latest after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#resume = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resume = undefined;
    this.#isDue = false;
  }
}
