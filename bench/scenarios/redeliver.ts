import { Agent } from 'node:http';
import type { Pool } from 'pg';
import { createWebhooks, healthy } from '../api.ts';
import { now, reached } from '../clock.ts';
import { grouped, less, percentile, p50p99, type Figure, type Outcome } from '../figures.ts';
import { call, isSuccess } from '../http.ts';
import { startMeter } from '../meter.ts';
import { settleTables } from '../rows.ts';
import { steadyTrips, type Trip } from '../traffic.ts';
import type { Scenario, Trial } from '../trial.ts';

/** Redelivered a second, at most. */
const RATES = [50, 1000];

/** The first seconds of a process, and those in which a redelivery begins, are left out. */
const WARMUP_MS = 3000;

export const redeliver: Scenario = {
  summary:
    'steady traffic to two webhooks, alone and then beside redeliveries to one of them, 50 and 1,000 a second',
  run: besideRedeliveries,
};

async function besideRedeliveries(trial: Trial): Promise<Outcome> {
  const { sizes, receiver, progress, pool } = trial;
  await trial.migrate();
  const [server, workers] = await Promise.all([trial.startServer(), trial.startWorkers()]);
  await Promise.all(workers.map(({ ready }) => ready));
  const webhookIds = await createWebhooks(server.url, receiver, healthy(2));
  const [redelivered = ''] = webhookIds;
  progress.step(`${grouped(sizes.redelivered)} failed deliveries of one webhook`);
  await insertFailed(pool, redelivered, sizes.redelivered);
  const measure = async (name: string) => {
    progress.step(`${sizes.rate} deliveries a second for ${sizes.seconds} s, ${name}`);
    const startedAt = now() + WARMUP_MS;
    const isOver = () => now() > startedAt + sizes.seconds * 1000;
    const meter = startMeter(trial.parts({ server, workers }));
    const { trips, notes } = await steadyTrips(trial, server.url, { webhookIds, isOver });
    const cpu = meter(trips.length).map((one) => ({ ...one, name: `${name}: ${one.name}` }));
    return { name, notes, cpu, trips: ofEach(trips, startedAt) };
  };

  const alone = await measure('alone');
  const beside: Measured[] = [];
  const done: Figure[] = [];
  for (const rate of RATES) {
    const url = `${server.url}/v1/redeliveries`;
    const filter = { webhook_id: redelivered };
    const { id } = await post<{ id: string }>(url, { filter, rate_per_second: rate });
    beside.push(await measure(`beside ${rate}/s`));
    const operation = `${server.url}/v1/operations/${id}`;
    const ended = await post<{ done: number }>(`${operation}/cancel`);
    done.push(less(`redelivered at ${rate}/s`, ended.done, ''));
    await reached(() => isDrained(pool), trial.deadline());
  }
  return {
    figures: [
      ...[alone, ...beside].flatMap(figuresOf),
      ...beside.flatMap((one) => growthOf(alone, one)),
      ...done,
    ],
    notes: [...new Set([alone, ...beside].flatMap(({ notes }) => notes))],
  };
}

type Measured = { name: string; notes: string[]; cpu: Figure[]; trips: Trip[][] };

/** The traffic goes to both webhooks in turn, in the order of the numbers of its payloads. */
function ofEach(trips: Trip[], from: number): Trip[][] {
  const first = Math.min(...trips.map(({ id }) => id));
  const counted = trips.filter(({ sentAt }) => sentAt > from);
  return [0, 1].map((nth) => counted.filter(({ id }) => (id - first) % 2 === nth));
}

const WHICH = ['same webhook', 'other webhook'];

const msOf = (trips: Trip[] = []) => trips.map(({ ms }) => ms);

function figuresOf({ name, trips, cpu }: Measured): Figure[] {
  const figures = WHICH.map((which, nth) =>
    p50p99(`${name}, ${which}: POST to arrival`, msOf(trips[nth])),
  );
  return [...figures.flat(), ...cpu];
}

function growthOf(alone: Measured, { name, trips }: Measured): Figure[] {
  return WHICH.flatMap((which, nth) =>
    [0.5, 0.99].map((share) => {
      const [low, high] = [alone.trips[nth], trips[nth]].map((one) => percentile(msOf(one), share));
      const growth = low && high && high / low;
      return less(`${name}, ${which}: growth of p${share * 100}`, growth, '×');
    }),
  );
}

/** Their payloads have no number, so the receiver does not count them. */
async function insertFailed(pool: Pool, webhookId: string, count: number): Promise<void> {
  await pool.query(
    `insert into deliveries (id, webhook_id, payload, scheduled_at, delivery_attempts, status,
       failed_reason, created_at, updated_at)
     select gen_random_uuid(), $1, repeat('failed ', 146), at, 3, 'failed', 'attempts', at, at
     from generate_series(1, $2) as n
     cross join lateral (select now() - interval '1 day' + n * interval '1 ms' as at) as times`,
    [webhookId, count],
  );
  await settleTables(pool);
}

async function isDrained(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query(`select from deliveries where status = 'pending' limit 1`);
  return rows.length === 0;
}

const agent = new Agent();

async function post<Body>(url: string, body: unknown = {}): Promise<Body> {
  const { status, text } = await call(agent, { method: 'POST', url, body: JSON.stringify(body) });
  if (!isSuccess(status)) throw new Error(`POST ${url}: ${status} ${text}`);
  return JSON.parse(text) as Body;
}
