import { createWebhooks, healthy } from '../api.ts';
import { acceptBacklog, drainBacklog } from '../backlog.ts';
import { now } from '../clock.ts';
import { grouped, less, more, p50p99, type Figure, type Outcome } from '../figures.ts';
import { Remover } from '../remover.ts';
import { checkpoint } from '../rows.ts';
import { steadyTrips } from '../traffic.ts';
import type { Scenario, Trial } from '../trial.ts';
import { Autovacuum, DAY_MS, HOUR_MS, sizesOf, writeHour, type SizeOf } from '../week.ts';

const DAYS = 7;
const KEPT_DAYS = 3;
const HOURS_A_DAY = 24;

/** From the end of this day on there is as much removed as written. */
const STEADY_DAY = 4;

/** What goes while the week goes by, and what the workers are told to keep afterwards. */
type Plan = { removes: boolean; settings: Record<string, string> };

const SETTINGS = {
  POSTMAND_RETENTION_SUCCEEDED: String(KEPT_DAYS),
  POSTMAND_RETENTION_FAILED: String(KEPT_DAYS),
};

export const retention: Scenario = {
  summary: 'a week of deliveries, of which 3 days are kept; then drain and latency',
  run: (trial) => afterAWeek(trial, { removes: true, settings: SETTINGS }),
};

export const retentionOff: Scenario = {
  summary: 'the same where all of them are kept',
  run: (trial) => afterAWeek(trial, { removes: false, settings: {} }),
};

export const retentionFirst: Scenario = {
  summary: 'the same where 3 days are kept from then on: all that is older goes meanwhile',
  run: (trial) => afterAWeek(trial, { removes: false, settings: SETTINGS }),
};

async function afterAWeek(trial: Trial, { removes, settings }: Plan): Promise<Outcome> {
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
  const drained = await drainBacklog(trial, { webhookIds, count, settings });
  trial.progress.step(`${trial.sizes.rate} deliveries a second`);
  const [before, startedAt] = [await countOver(trial.pool), now()];
  const until = now() + trial.sizes.seconds * 1000;
  const { trips, notes } = await steadyTrips(trial, server.url, {
    webhookIds,
    isOver: () => now() > until,
  });
  const gone = ((before - (await countOver(trial.pool))) * 1000) / (now() - startedAt);
  return {
    figures: [
      ...week.figures,
      ...drained.figures.map((figure) => ({ ...figure, name: `drain: ${figure.name}` })),
      ...p50p99(
        'POST to arrival',
        trips.map(({ ms }) => ms),
      ),
      more('removed meanwhile', gone, '/s'),
    ],
    notes: [...week.notes, ...drained.notes, ...notes],
  };
}

/** How many deliveries are older than what is kept. */
async function countOver(pool: Trial['pool']): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from deliveries where created_at < now() - $1 * interval '1 day'`,
    [KEPT_DAYS],
  );
  return rows[0]?.n ?? 0;
}

/** Writes the deliveries of a week hour by hour up to now, and removes what is over. */
async function liveAWeek(trial: Trial, webhookIds: string[], removes: boolean): Promise<Outcome> {
  const { pool, progress, sizes } = trial;
  progress.step(`${DAYS} days with ${grouped(sizes['a-day'])} deliveries each`);
  const vacuum = new Autovacuum(pool);
  const remover = new Remover(trial, KEPT_DAYS);
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
