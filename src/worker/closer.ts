import type { Log } from '../telemetry/log.ts';
import type { Admitted } from './admission.ts';
import type { Claimer } from './claiming/claimer.ts';
import type { Execution } from './executor.ts';
import { LONGEST_PAUSE_MS, type FaultPause } from './fault-pause.ts';
import type { Leases } from './leases.ts';

type CloserParts = {
  leases: Pick<Leases, 'end' | 'return'>;
  claimer: Pick<Claimer, 'pause'>;
  log: Log;
};

/** Ends or returns claims whose execution is over. */
export class Closer {
  readonly #parts: CloserParts;
  readonly #pause: FaultPause;

  /** `pause` is the one of this worker, during which nothing is sent. */
  constructor(parts: CloserParts, pause: FaultPause) {
    this.#parts = parts;
    this.#pause = pause;
  }

  /**
   * A claim that is settled ends. Any other is returned with its old count, and takes its mark
   * along, even if another worker has it now. Resolves when that is done, or was tried once.
   */
  async close({ lease, isolated }: Admitted, execution: Execution): Promise<void> {
    const { leases } = this.#parts;
    switch (execution.kind) {
      case 'attempted':
        if (!isolated) this.#pause.recovered();
        return leases.end(lease);
      case 'aborted':
      case 'gone':
      case 'not_ours':
        return leases.return([lease]);
      case 'refused':
        return leases.return([lease], execution.delaySeconds);
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
    const { claimer, log } = this.#parts;
    const isAlone = isolated || code === 'EADDRNOTAVAIL';
    const { ms, isNew } = isAlone ? { ms: LONGEST_PAUSE_MS, isNew: true } : this.#pause.fault();
    if (isNew) log.warn('send.local_fault', { code, pause_ms: ms });
    if (isNew && !isAlone) claimer.pause(ms);
    return ms;
  }
}
