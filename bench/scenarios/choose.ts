import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { CHOOSING, Subscriptions } from '../../src/events/choosing/subscriptions.ts';
import { now } from '../clock.ts';
import { grouped, less, type Figure } from '../figures.ts';
import type { Scenario, Trial } from '../trial.ts';

const EVENTS = 100;
const WARMUP = 20;

/** Of the large payload in the last measurements. */
const LARGE_BYTES = 1024 * 1024;

type Kind = { name: string; filter(number: number, all: number): object | null };

const KINDS: Kind[] = [
  { name: 'no filter', filter: () => null },
  { name: 'one value each', filter: (i) => ({ payload: { customer_id: `c-${i}` } }) },
  { name: 'various', filter: variousFilter },
  { name: 'one range each', filter: (i) => ({ payload: { amount: { $gte: i } } }) },
  { name: '64 terms each', filter: longFilter },
];

/** In the process of the benchmark, as a server does it: choosing is nothing but CPU. */
export const choose: Scenario = {
  summary: 'who gets an event, of 10,000 webhooks with filters of each kind',
  async run(trial) {
    await trial.migrate();
    const figures: Figure[] = [];
    for (const kind of KINDS) figures.push(...(await measure(trial, kind)));
    return { figures, notes: ['An event has 1 KB, and in the last row of each kind 1 MiB.'] };
  },
};

async function measure(trial: Trial, { name, filter }: Kind): Promise<Figure[]> {
  const { sizes, connection, progress } = trial;
  const count = sizes.subscribed;
  progress.step(`${grouped(count)} webhooks, ${name}`);
  const filters = Array.from({ length: count }, (_one, i) => filter(i, count));
  await subscribe(trial, filters);
  const log = { error() {}, warn() {}, info() {}, debug() {} };
  const pool = createPool(connection, { max: 1, name: 'bench', log });
  try {
    const before = heapMb();
    const startedAt = now();
    const { subscriptions, lagMs: loadLagMs } = await withLag(async () => {
      const subscriptions = new Subscriptions();
      await inTransaction(pool, (tx) => subscriptions.refresh(tx), CHOOSING);
      return { subscriptions };
    });
    const loadMs = now() - startedAt;
    const heap = heapMb() - before;
    const small = await chooseOften(subscriptions, { bytes: 1024, events: EVENTS });
    const large = await chooseOften(subscriptions, { bytes: LARGE_BYTES, events: EVENTS / 5 });
    return [
      less(`${name}: first reading`, loadMs, 'ms'),
      less(`${name}: longest stall in it`, loadLagMs, 'ms'),
      less(`${name}: memory`, heap, 'MB'),
      less(`${name}: CPU an event`, small.cpuMs, 'ms'),
      less(`${name}: CPU an event of 1 MiB`, large.cpuMs, 'ms'),
      less(`${name}: longest stall`, Math.max(small.lagMs, large.lagMs), 'ms'),
    ];
  } finally {
    await pool.end();
  }
}

async function subscribe({ pool }: Trial, filters: (object | null)[]): Promise<void> {
  await pool.query('delete from webhooks');
  const values = [
    filters.map(() => randomUUID()),
    filters.map((filter) => filter && JSON.stringify(filter)),
  ];
  await pool.query(
    `insert into webhooks (id, name, url, content_type, valid_status_codes, secret_token, active,
       max_delivery_attempts, delivery_attempt_timeout, retry_min_backoff, retry_max_backoff,
       created_at, updated_at, event_types, filter)
     select id, 'a webhook', 'http://127.0.0.1:9/', 'application/json', '{200}', '', true,
       1, 1, 1, 1, now(), now(), '{order.*}', filter
     from unnest($1::uuid[], $2::jsonb[]) as row (id, filter)`,
    values,
  );
}

async function chooseOften(
  subscriptions: Subscriptions,
  { bytes, events }: { bytes: number; events: number },
): Promise<{ cpuMs: number; lagMs: number }> {
  const event = (i: number) => ({ type: 'order.paid', payload: payloadOf(i, bytes) });
  for (let i = 0; i < WARMUP; i += 1) await subscriptions.choose(event(i));
  const payloads = Array.from({ length: events }, (_one, i) => event(i * 97));
  return withLag(async () => {
    const before = process.cpuUsage();
    for (const one of payloads) await subscriptions.choose(one);
    const { user, system } = process.cpuUsage(before);
    return { cpuMs: (user + system) / 1000 / events };
  });
}

/** What `work` gives, and the longest time for which the event loop stood still meanwhile. */
async function withLag<Result>(work: () => Promise<Result>): Promise<Result & { lagMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const result = await work();
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return { ...result, lagMs: delay.max / 1e6 };
}

function heapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function payloadOf(i: number, bytes: number): string {
  const order = {
    ...{ customer_id: `c-${i}`, amount: i, currency: i % 2 === 0 ? 'EUR' : 'USD' },
    customer: { name: `Customer ${i}`, tier: i % 5, address: { country: 'DE', city: 'Berlin' } },
    ...Object.fromEntries(Array.from({ length: 20 }, (_one, n) => [`quantity_${n}`, n])),
    lines: [] as object[],
  };
  const line = { sku: 'a-1042', count: 2, price: 12.5, text: 'a line of the order' };
  const room = bytes - JSON.stringify(order).length;
  order.lines = Array.from({ length: room / JSON.stringify(line).length }, () => line);
  return JSON.stringify(order);
}

/** A tenth each: of some the event decides, of others the webhook. */
function variousFilter(i: number): object | null {
  const customer_id = `c-${i}`;
  const kinds: (object | null)[] = [
    null,
    { payload: { customer_id } },
    { payload: { customer_id: { $in: [customer_id, `c-${i + 1}`, `c-${i + 2}`] } } },
    { payload: { customer_id, amount: { $gte: 100 } } },
    { payload: { currency: 'EUR', customer: { tier: { $lte: i % 5 } } } },
    { payload: { amount: { $gte: i, $lt: i + 1000 } } },
    {
      payload: {
        customer: { address: { country: { $neq: 'FR' } }, name: { $startsWith: `C${i}` } },
      },
    },
    { metadata: { tenant: `t-${i}` } },
    { $or: [{ payload: { amount: { $gt: 5000 + i } } }, { metadata: { tenant: `t-${i}` } }] },
    { payload: { discount: { $exists: true }, currency: { $in: ['EUR', 'USD'] } } },
  ];
  return kinds[i % kinds.length] ?? null;
}

/** Each of its terms is looked at, and none of them decides. */
function longFilter(i: number): object {
  const ranges = Array.from({ length: 62 }, (_one, n) => ({
    [`quantity_${n % 20}`]: { $gt: 1000 + i + n },
  }));
  return { payload: { $or: [...ranges, { customer_id: `c-${i}` }] } };
}
