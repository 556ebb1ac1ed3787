import { progressBar, progressLine, type Standing } from './progress.ts';

/** Without a terminal, how far it is is said once in so many seconds. */
const SAID_EVERY_S = 10;
/** Back to the start of the line, and nothing on it. */
const WIPE = '\r\u001b[2K';

type Output = Pick<NodeJS.WriteStream, 'write'> & { isTTY?: boolean; columns?: number };

/** Progress for people: a bar that moves on a terminal, and lines elsewhere. */
export class Screen {
  readonly #output: Output;
  #saidS = -Infinity;
  #isDrawn = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Shows how far it is at a time in seconds. */
  show(standing: Standing, perSecond: number, nowS: number): void {
    if (this.#output.isTTY === true) {
      // A terminal that was told no size, as `script` and containers make it, says 0.
      this.#output.write(WIPE + progressBar(standing, perSecond, this.#output.columns || 80));
      this.#isDrawn = true;
      return;
    }
    if (nowS - this.#saidS < SAID_EVERY_S) return;
    this.#saidS = nowS;
    this.#output.write(`${progressLine(standing, perSecond)}\n`);
  }

  /** A line that stays. */
  say(line: string): void {
    this.clear();
    this.#output.write(`${line}\n`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.#isDrawn) this.#output.write(WIPE);
    this.#isDrawn = false;
  }
}
