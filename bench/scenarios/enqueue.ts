import { Client } from 'pg';
import { addWebhookRows } from '../../test/setup/rows.ts';
import { now } from '../clock.ts';
import { cpuMs } from '../cpu.ts';
import { less, more, percentile, type Figure } from '../figures.ts';
import type { Scenario, Trial } from '../trial.ts';

const CALLERS = [1, 16];

/** What the transactions do beside their own insert, and what they set. */
const KINDS = {
  without: { calls: false, notify: 'off' },
  enqueue: { calls: true, notify: 'off' },
  'enqueue with notify': { calls: true, notify: 'on' },
} as const;
type Kind = keyof typeof KINDS;

/** The kinds take turns, so that what disturbs one disturbs the others too. */
const ROUNDS = 5;

/** Calls of enqueue_many, and deliveries in each. */
const MANY_CALLS = 20;
const MANY = 1000;

export const enqueue: Scenario = {
  summary: "an application's transactions with an insert of its own, without and with a call",
  async run(trial) {
    await trial.migrate();
    const [webhookId = ''] = await addWebhookRows(trial.pool, [{}]);
    await trial.pool.query(
      'create table public.orders (id bigint generated always as identity primary key, note text)',
    );
    const figures: Figure[] = [];
    for (const count of CALLERS) figures.push(...(await compare(trial, webhookId, count)));
    figures.push(...(await many(trial, webhookId)));
    return { figures, notes: [] };
  },
};

type Measured = { ms: number[]; seconds: number; cpu: number | undefined };

async function compare(trial: Trial, webhookId: string, count: number): Promise<Figure[]> {
  const callers = await connect(trial, count);
  const measured = new Map<Kind, Measured>();
  const each = Math.ceil(trial.sizes.transactions / ROUNDS);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const kind of Object.keys(KINDS) as Kind[]) {
      trial.progress.step(`${count} callers, ${kind}: ${each} transactions`);
      const one = await measure(trial, { callers, kind, webhookId, count: each });
      // The first round warms up.
      if (round > 0) measured.set(kind, added(measured.get(kind), one));
    }
  }
  for (const caller of callers) await caller.end();
  return figuresOf(count, measured);
}

type Run = { callers: Client[]; kind: Kind; webhookId: string; count: number };

async function measure(trial: Trial, { callers, kind, webhookId, count }: Run): Promise<Measured> {
  const { calls, notify } = KINDS[kind];
  for (const caller of callers) await caller.query(`set postmand.notify = ${notify}`);
  const ms: number[] = [];
  const [startedAt, before] = [now(), cpuOf(trial)];
  let left = count;
  const work = callers.map(async (caller) => {
    while (left > 0) {
      left -= 1;
      const begunAt = now();
      await caller.query('begin');
      await caller.query({
        name: 'own',
        text: 'insert into orders (note) values ($1)',
        values: ['x'],
      });
      if (calls) await caller.query(callOf(webhookId, trial.payload()));
      await caller.query('commit');
      ms.push(now() - begunAt);
    }
  });
  await Promise.all(work);
  const after = cpuOf(trial);
  const cpu = before === undefined || after === undefined ? undefined : after - before;
  return { ms, seconds: (now() - startedAt) / 1000, cpu };
}

function callOf(webhookId: string, payload: string) {
  return { name: 'enqueue', text: 'select postmand.enqueue($1, $2)', values: [webhookId, payload] };
}

function figuresOf(count: number, measured: Map<Kind, Measured>): Figure[] {
  const without = measured.get('without');
  const of = count === 1 ? '1 caller' : `${count} callers`;
  return Array.from(measured, ([kind, one]) => {
    const plain = percentile(without?.ms ?? [], 0.5);
    const p50 = percentile(one.ms, 0.5);
    const cpu = one.cpu && without?.cpu && (one.cpu - without.cpu) / one.ms.length;
    return [
      less(`${of}, ${kind}: transaction p50`, p50, 'ms'),
      more(`${of}, ${kind}: transactions`, one.ms.length / one.seconds, '/s'),
      ...(kind === 'without'
        ? []
        : [
            less(`${of}, ${kind}: the call adds, p50`, p50 && plain && p50 - plain, 'ms'),
            less(`${of}, ${kind}: PostgreSQL CPU a call`, cpu, 'ms'),
          ]),
    ];
  }).flat();
}

async function many(trial: Trial, webhookId: string): Promise<Figure[]> {
  const [caller] = (await connect(trial, 1)) as [Client];
  const ms: number[] = [];
  trial.progress.step(`enqueue_many of ${MANY}, ${MANY_CALLS} times`);
  const before = cpuOf(trial);
  for (let call = 0; call < MANY_CALLS; call += 1) {
    const deliveries = Array.from({ length: MANY }, () => ({
      webhook_id: webhookId,
      payload: trial.payload(),
    }));
    const begunAt = now();
    await caller.query('select postmand.enqueue_many($1)', [JSON.stringify(deliveries)]);
    ms.push(now() - begunAt);
  }
  const after = cpuOf(trial);
  await caller.end();
  const cpu = after !== undefined && before !== undefined ? after - before : undefined;
  return [
    less(`enqueue_many of ${MANY}: p50`, percentile(ms, 0.5), 'ms'),
    less(
      `enqueue_many of ${MANY}: PostgreSQL CPU a delivery`,
      cpu && cpu / MANY_CALLS / MANY,
      'ms',
    ),
  ];
}

async function connect({ connection }: Trial, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, () => new Client({ ...connection }));
  for (const client of clients) {
    await client.connect();
    await client.query('set search_path = public');
  }
  return clients;
}

function cpuOf(trial: Trial): number | undefined {
  const [pid] = trial.parts({}).find(({ name }) => name === 'PostgreSQL')?.pids ?? [];
  return pid === undefined ? undefined : cpuMs(pid);
}

function added(sum: Measured | undefined, one: Measured): Measured {
  if (sum === undefined) return one;
  return {
    ms: [...sum.ms, ...one.ms],
    seconds: sum.seconds + one.seconds,
    cpu: sum.cpu === undefined || one.cpu === undefined ? undefined : sum.cpu + one.cpu,
  };
}
