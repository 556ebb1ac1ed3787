import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import type { Command } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import type { Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import {
  eventProblems,
  expectedAt,
  keepHistory,
  seenEvents,
  subscriptionsOf,
  type Subscription,
} from './event-oracle.ts';
import { chanceOf, SEED, sized, type Chance } from './intensity.ts';

const TYPES = ['order.paid', 'order.refund.made', 'user.added'];

/** What webhooks subscribe to, and which of the types that is. */
const PATTERNS: [patterns: string[] | null, types: string[]][] = [
  [null, []],
  [[], []],
  [['order.paid'], ['order.paid']],
  [['order.*'], ['order.paid']],
  [
    ['order.**', 'user.added'],
    ['order.paid', 'order.refund.made', 'user.added'],
  ],
  [['**'], TYPES],
];

type Filter = { payload: { amount?: { $gte?: number; $lt?: number }; nothing?: object } };

/** A PATCH merges them. Nothing is ever greater than what is not there. */
const FILTERS: (Filter | null)[] = [
  null,
  { payload: { amount: { $gte: 50 } } },
  { payload: { amount: { $lt: 70 } } },
  { payload: { nothing: { $gt: 1 } } },
];

const WEBHOOKS = 24;
const CHANGERS = 3;
const POSTERS = 4;

/** Events that are posted, in each round. */
const EVENTS = sized(150, 2000);

/** Who is under test: two servers, of which each has its own idea of who subscribes. */
type Servers = { api(chance: Chance): Api; killOne(chance: Chance): Promise<void> };

test('webhooks are created, changed, paused and deleted by HTTP while others post and emit events, and servers and workers are killed → each event goes to those that matched at its commit, once, and to nobody else', async (t) => {
  const database = await freshDatabase(t);
  const { pool } = database;
  await pool.query('insert into event_types (name) select unnest($1::text[])', [TYPES]);
  await keepHistory(pool);
  const servers = await twoServers(t, database);
  let worker = await startWorker(t, database);
  const chance = chanceOf('subscriptions changed');
  const work = { pool, servers, ids: [] as string[], answered: new Map<string, string>() };
  for (let i = 0; i < WEBHOOKS; i += 1) await change(work, chance, 'create');

  for (let round = 1; round <= sized(3, 12); round += 1) {
    const before = work.answered.size;
    const isOver = () => work.answered.size >= before + EVENTS;
    const all = [
      ...names('changer', CHANGERS).map((name) => changing(work, chanceOf(name + round), isOver)),
      ...names('poster', POSTERS).map((name) => posting(work, chanceOf(name + round), isOver)),
      emitting(work, chanceOf(`emitter ${round}`), isOver),
    ];
    await until('events flow', () => work.answered.size > before + EVENTS / 3, 60_000);
    await servers.killOne(chance);
    await worker.end('SIGKILL');
    worker = await startWorker(t, database);
    await Promise.all(all);
  }
  await until('all is fanned out', () => isQuiet(pool), 60_000);
  t.diagnostic(`${work.answered.size} events, seed ${SEED}`);
  await judge(work);
});

type Work = {
  pool: Pool;
  servers: Servers;
  /** Webhooks that are there, as far as clients know. */
  ids: string[];
  /** The ids that were answered, by what the payloads say. */
  answered: Map<string, string>;
};

const names = (what: string, count: number) =>
  Array.from({ length: count }, (_one, i) => `${what} ${i} `);

async function twoServers(t: Cleanup, database: TestDatabase): Promise<Servers> {
  const start = () => startServer(t, database);
  const running: { server: Command; api: Api }[] = [await start(), await start()];
  return {
    api: (chance) => chance.pick(running).api,
    async killOne(chance) {
      const at = chance.between(0, running.length - 1);
      await running[at]?.server.end('SIGKILL');
      running[at] = await start();
    },
  };
}

const CHANGES = ['create', 'patch', 'patch', 'put', 'filter', 'pause', 'active', 'delete'] as const;

async function changing(work: Work, chance: Chance, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const what = work.ids.length < WEBHOOKS / 2 ? 'create' : chance.pick(CHANGES);
    // A server may be killed meanwhile: what was done is in the history.
    await change(work, chance, what).catch(() => {});
    await chance.pause(0, 15);
  }
}

async function change(
  { servers, ids }: Work,
  chance: Chance,
  what: (typeof CHANGES)[number],
): Promise<void> {
  const api = servers.api(chance);
  const [event_types] = chance.pick(PATTERNS);
  const filter = chance.pick(FILTERS);
  // Nothing is to be sent: it is what is stored that counts.
  const settings = { active: false, event_types, filter };
  if (what === 'create') {
    const webhook = await api.createWebhook(settings);
    ids.push(webhook.id);
    return;
  }
  const path = `/webhooks/${chance.pick(ids)}`;
  if (what === 'patch') await patch(api, path, { event_types });
  if (what === 'filter') await patch(api, path, { filter });
  if (what === 'active') await patch(api, path, { active: false, event_types });
  if (what === 'pause') await api.call('POST', `${path}/pause`, {});
  if (what === 'put') {
    const { body } = await api.call('GET', path);
    if (body?.id !== undefined)
      await api.call('PUT', path, { ...body, ...settings, secret_token: 'my-secret-token' });
  }
  if (what !== 'delete') return;
  ids.splice(ids.indexOf(path.slice(10)), 1);
  await api.call('DELETE', path);
}

async function patch(api: Api, path: string, body: object): Promise<void> {
  await fetch(`${api.url}/v1${path}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/merge-patch+json' },
    body: JSON.stringify(body),
  });
}

/** Posts one event after the other, each until it is answered, alone or three together. */
async function posting(work: Work, chance: Chance, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const count = chance.pick([1, 1, 3]);
    const drafts = Array.from({ length: count }, () => draftOf(chance));
    const key = drafts[0]?.payload.name ?? '';
    for (let ids: string[] | undefined; ids === undefined;) {
      ids = await send(work.servers.api(chance), drafts, key).catch(() => undefined);
      if (ids === undefined) await chance.pause(20, 100);
      else
        for (const [i, id] of ids.entries()) work.answered.set(drafts[i]?.payload.name ?? '', id);
    }
  }
}

type Draft = { type: string; payload: { name: string; amount: number }; ordering_key?: string };

function draftOf(chance: Chance): Draft {
  return {
    type: chance.pick(TYPES),
    payload: { name: randomUUID(), amount: chance.between(0, 99) },
    ...(chance.between(0, 3) === 0 ? { ordering_key: `key ${chance.between(1, 3)}` } : {}),
  };
}

async function send(api: Api, drafts: Draft[], key: string): Promise<string[]> {
  const isAlone = drafts.length === 1;
  const response = await fetch(`${api.url}/v1/events${isAlone ? '' : '/batch'}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(isAlone ? drafts[0] : { events: drafts }),
  });
  const answer = (await response.json()) as { id: string; ids: string[] };
  if (response.status !== 201) throw new Error(JSON.stringify(answer));
  return isAlone ? [answer.id] : answer.ids;
}

/** Emits in transactions of its own. */
async function emitting({ pool, answered }: Work, chance: Chance, isOver: () => boolean) {
  while (!isOver()) {
    const { type, payload, ordering_key: key = null } = draftOf(chance);
    const { rows } = await pool.query<{ id: string }>(
      'select postmand.emit($1, $2, ordering_key => $3) as id',
      [type, JSON.stringify(payload), key],
    );
    answered.set(payload.name, rows[0]?.id ?? '');
    await chance.pause(0, 20);
  }
}

async function isQuiet(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from events where outbox_place is not null or recipients is not null
     union all select from operations where finished_at is null`,
  );
  return rowCount === 0;
}

async function judge({ pool, answered }: Work): Promise<void> {
  const history = await subscriptionsOf(pool);
  const events = await seenEvents(pool);
  const problems: string[] = await eventProblems(pool);
  for (const { id, type, payload, version, got } of events) {
    const { name, amount } = JSON.parse(payload) as Draft['payload'];
    if (answered.get(name) !== id) problems.push(`${id}: answered as ${answered.get(name)}`);
    answered.delete(name);
    if (version === null) problems.push(`${id}: nobody has chosen`);
    const wanted = expectedAt(history, version, (one) => isWanted(one, type, amount));
    if (got.join() !== wanted.join())
      problems.push(`${id} ${type} ${amount} at ${version}: ${got.join()}, not ${wanted.join()}`);
  }
  for (const name of answered.keys()) problems.push(`${name}: answered, and not stored`);
  assert.deepEqual(problems.slice(0, 10), [], `${problems.length} problems with seed ${SEED}`);
  assert.ok(history.length > WEBHOOKS * 2, 'subscriptions have changed');
  assert.ok(events.some(({ got }) => got.length > 3));
}

/** By the tables above, not by what is under test. */
function isWanted({ event_types, filter }: Subscription, type: string, amount: number): boolean {
  const patterns = JSON.stringify(event_types);
  const types = PATTERNS.find(([given]) => JSON.stringify(given) === patterns)?.[1] ?? [];
  const { amount: range = {}, nothing } = (filter as Filter | null)?.payload ?? {};
  const { $gte = -Infinity, $lt = Infinity } = range;
  return types.includes(type) && nothing === undefined && amount >= $gte && amount < $lt;
}
