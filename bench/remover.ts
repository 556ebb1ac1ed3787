import { createPool, type Pool } from '../src/database/pool.ts';
import { lookAtEnded, type Removal } from '../src/deliveries/removing/look.ts';
import { removeEnded } from '../src/deliveries/removing/remove.ts';
import type { Line } from '../src/upkeep/retention-lines.ts';
import { RetentionWalk } from '../src/upkeep/retention-walk.ts';
import { now } from './clock.ts';
import { less, type Figure } from './figures.ts';
import { startMeter } from './meter.ts';
import type { Trial } from './trial.ts';
import { DAY_MS, walEnd } from './week.ts';

const nothing = () => {};
const SILENT = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/**
 * Removes as the service does, at another time than now: what it is for is kept for as much
 * longer.
 */
export class Remover {
  readonly #pool: Pool;
  readonly #trial: Trial;
  readonly #keptDays: number;
  #meter: ReturnType<typeof startMeter> | undefined;
  #removed = 0;
  #walBytes = 0;
  #ms = 0;
  #cpu: Figure[] = [];

  constructor(trial: Trial, keptDays: number) {
    this.#trial = trial;
    this.#keptDays = keptDays;
    this.#pool = createPool(trial.connection, {
      ...{ max: 1, name: 'postmand bench', log: SILENT, idleMs: 0 },
    });
  }

  /** @returns how many deliveries were removed. */
  async removeAt(at: number): Promise<number> {
    this.#meter ??= await this.#startMeter();
    const [walBytes, startedAt] = [await walEnd(this.#trial.pool), now()];
    let removed = 0;
    const days = this.#keptDays + (Date.now() - at) / DAY_MS;
    for (const status of ['succeeded', 'failed'] as const) {
      const walk = new RetentionWalk(lineOf({ status, days }), {
        pool: this.#pool,
        log: SILENT,
        now,
      });
      for (let isMore = true; isMore;) {
        const step = await walk.step();
        removed += step.removed;
        ({ isMore } = step);
      }
    }
    this.#ms += now() - startedAt;
    this.#walBytes += (await walEnd(this.#trial.pool)) - walBytes;
    this.#removed += removed;
    return removed;
  }

  /** Its connection does nothing else, so that what PostgreSQL used for it is known. */
  async #startMeter(): Promise<ReturnType<typeof startMeter>> {
    const { rows } = await this.#pool.query<{ pid: number }>('select pg_backend_pid() as pid');
    const isHere = this.#trial.parts({}).some(({ pids }) => pids[0] !== undefined);
    return startMeter(
      [{ name: 'PostgreSQL', pids: [isHere ? rows[0]?.pid : undefined] }],
      'removed delivery',
    );
  }

  async end(): Promise<void> {
    this.#cpu = this.#meter?.(this.#removed) ?? [];
    await this.#pool.end();
  }

  figures(): Figure[] {
    if (this.#removed === 0) return [];
    return [
      ...this.#cpu,
      less('WAL bytes a removed delivery', this.#walBytes / this.#removed, 'B'),
      less('time a removed delivery', this.#ms / this.#removed, 'ms'),
    ];
  }
}

function lineOf(removal: Removal): Line {
  return {
    ...{ kind: removal.status, startOverMs: DAY_MS },
    look: (tx, stretch) => lookAtEnded(tx, removal, stretch),
    remove: (tx, ids) => removeEnded(tx, ids, removal),
  };
}
