import { createPool, type Pool } from '../../src/database/pool.ts';
import { lookAtEnded } from '../../src/deliveries/removing/look.ts';
import { removeEnded } from '../../src/deliveries/removing/remove.ts';
import type { Line } from '../../src/upkeep/retention-lines.ts';
import { RetentionWalk } from '../../src/upkeep/retention-walk.ts';
import { createWebhooks, healthy } from '../api.ts';
import { acceptBacklog, drainBacklog } from '../backlog.ts';
import { now } from '../clock.ts';
import { grouped, less, p50p99, type Figure, type Outcome } from '../figures.ts';
import { startMeter } from '../meter.ts';
import { checkpoint } from '../rows.ts';
import { steadyTrips } from '../traffic.ts';
import type { Scenario, Trial } from '../trial.ts';
import { Autovacuum, DAY_MS, HOUR_MS, sizesOf, walEnd, writeHour, type SizeOf } from '../week.ts';

const DAYS = 7;
const KEPT_DAYS = 3;
const HOURS_A_DAY = 24;

/** From the end of this day on there is as much removed as written. */
const STEADY_DAY = 4;

const nothing = () => {};
const SILENT = { error: nothing, warn: nothing, info: nothing, debug: nothing };

export const retention: Scenario = {
  summary: 'a week of deliveries, of which 3 days are kept; then drain and latency',
  run: (trial) => afterAWeek(trial, true),
};

export const retentionOff: Scenario = {
  summary: 'the same where all of them are kept',
  run: (trial) => afterAWeek(trial, false),
};

async function afterAWeek(trial: Trial, removes: boolean): Promise<Outcome> {
  await trial.migrate();
  const server = await trial.startServer();
  const webhookIds = await createWebhooks(
    server.url,
    trial.receiver,
    healthy(trial.sizes.webhooks),
  );
  const week = await liveAWeek(trial, webhookIds, removes);
  await checkpoint(trial.pool);
  const count = trial.sizes.backlog;
  await acceptBacklog(trial, server, { webhookIds, count });
  const days = String(KEPT_DAYS);
  const settings = { POSTMAND_RETENTION_SUCCEEDED: days, POSTMAND_RETENTION_FAILED: days };
  const drained = await drainBacklog(trial, {
    ...{ webhookIds, count },
    settings: removes ? settings : {},
  });
  trial.progress.step(`${trial.sizes.rate} deliveries a second`);
  const until = now() + trial.sizes.seconds * 1000;
  const { trips, notes } = await steadyTrips(trial, server.url, {
    webhookIds,
    isOver: () => now() > until,
  });
  return {
    figures: [
      ...week.figures,
      ...drained.figures.map((figure) => ({ ...figure, name: `drain: ${figure.name}` })),
      ...p50p99(
        'POST to arrival',
        trips.map(({ ms }) => ms),
      ),
    ],
    notes: [...week.notes, ...drained.notes, ...notes],
  };
}

/** Writes the deliveries of a week hour by hour up to now, and removes what is over. */
async function liveAWeek(trial: Trial, webhookIds: string[], removes: boolean): Promise<Outcome> {
  const { pool, progress, sizes } = trial;
  progress.step(`${DAYS} days with ${grouped(sizes['a-day'])} deliveries each`);
  const vacuum = new Autovacuum(pool);
  const remover = new Remover(trial);
  const count = Math.ceil(sizes['a-day'] / HOURS_A_DAY);
  const startedAt = Date.now() - DAYS * DAY_MS;
  const days: SizeOf[][] = [];
  const dead: string[] = [];
  for (let hour = 1; hour <= DAYS * HOURS_A_DAY; hour += 1) {
    const at = startedAt + hour * HOUR_MS;
    await writeHour(pool, { webhookIds, from: at - HOUR_MS, count });
    vacuum.wrote(count);
    if (removes) vacuum.removed(await remover.removeAt(at));
    await vacuum.run();
    progress.tick(`hour ${hour} of ${DAYS * HOURS_A_DAY}`);
    if (hour % HOURS_A_DAY > 0) continue;
    days.push(await sizesOf(pool));
    dead.push(vacuum.dead());
  }
  await remover.end();
  return {
    figures: [...growth(days), less('vacuums', vacuum.runs, ''), ...remover.figures()],
    notes: [...daysOf(days), `Dead rows at the end of the last day: ${dead.at(-1)}`],
  };
}

/** A line a relation with 1 MB or more, with its size at the end of each day. */
function daysOf(days: SizeOf[][]): string[] {
  const large = (days.at(-1) ?? []).filter(({ mb }) => mb >= 1);
  return large.map(({ name }) => {
    const sizes = days.map((day) => (day.find((one) => one.name === name)?.mb ?? 0).toFixed(1));
    return `MB at the end of each day, ${name}: ${sizes.join(', ')}`;
  });
}

/** How much larger tables and indexes are at the end than when they became steady. */
function growth(days: SizeOf[][]): Figure[] {
  const [steady = [], last = []] = [days[STEADY_DAY - 1], days.at(-1)];
  return ['tables', 'indexes'].map((what) => {
    const mb = (day: SizeOf[]) =>
      day.reduce((sum, one) => sum + (one.isTable === (what === 'tables') ? one.mb : 0), 0);
    return less(
      `growth of ${what} from day ${STEADY_DAY} to ${DAYS}`,
      (mb(last) / mb(steady) - 1) * 100,
      '%',
    );
  });
}

/**
 * Removes as the service does, at another time than now: what it is for is kept for as much
 * longer.
 */
class Remover {
  readonly #pool: Pool;
  readonly #trial: Trial;
  #meter: ReturnType<typeof startMeter> | undefined;
  #removed = 0;
  #walBytes = 0;
  #ms = 0;
  #cpu: Figure[] = [];

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#pool = createPool(trial.connection, {
      ...{ max: 1, name: 'postmand bench', log: SILENT, idleMs: 0 },
    });
  }

  /** @returns how many deliveries were removed. */
  async removeAt(at: number): Promise<number> {
    this.#meter ??= await this.#startMeter();
    const [walBytes, startedAt] = [await walEnd(this.#trial.pool), now()];
    let removed = 0;
    for (const status of ['succeeded', 'failed'] as const) {
      const walk = new RetentionWalk(lineAt(status, at), { pool: this.#pool, log: SILENT, now });
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

function lineAt(status: 'succeeded' | 'failed', at: number): Line {
  const removal = { status, days: KEPT_DAYS + (Date.now() - at) / DAY_MS };
  return {
    ...{ kind: status, startOverMs: DAY_MS },
    look: (tx, stretch) => lookAtEnded(tx, removal, stretch),
    remove: (tx, ids) => removeEnded(tx, ids, removal),
  };
}
