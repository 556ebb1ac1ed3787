import { UpkeepLoop } from '../process/upkeep-loop.ts';
import { ASK_EVERY_MS } from '../queue/turn.ts';
import type { Log } from '../telemetry/log.ts';

type TurnParts = { queue: { hasTurn(): Promise<boolean | undefined> }; log: Log };

/**
 * Whether this worker does the upkeep of all, which it asks again and again. Where that cannot be
 * asked, it does it: all tasks are safe side by side.
 */
export class Turn {
  readonly loop: UpkeepLoop;
  #isMine = true;
  #isFailing = false;

  constructor({ queue, log }: TurnParts) {
    const work = async () => {
      if (this.#isFailing) return undefined;
      const asked = queue.hasTurn();
      this.#isMine = (await asked.catch(() => true)) ?? true;
      // Until then it gives no sign of life either.
      return (await asked) === undefined ? 'soon' : undefined;
    };
    this.loop = new UpkeepLoop(log, { task: 'turn', everyMs: ASK_EVERY_MS, work });
  }

  get isMine(): boolean {
    return this.#isMine;
  }

  /**
   * Work that shows whether this worker can do the upkeep. While it fails, nobody asks for the turn
   * here: without a sign of life from this worker, another one does the upkeep as well.
   */
  async doing<Result>(work: Promise<Result>): Promise<Result> {
    this.#isFailing = await work.then(
      () => false,
      () => true,
    );
    return work;
  }

  /** `work`, or nothing while it is another worker's turn. */
  only<Result>(work: () => Promise<Result>): () => Promise<Result | undefined> {
    return async () => (this.#isMine ? work() : undefined);
  }
}
