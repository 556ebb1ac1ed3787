import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { startServer } from '../commands/processes.ts';
import type { Command } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { addWebhook } from '../setup/rows.ts';
import type { Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { chanceOf, sized } from './intensity.ts';
import { startPostgres } from './postgres.ts';

const CLIENTS = 64;
const KEYS = sized(10, 100);
const ROUNDS = sized(1, 12);

suite('clients repeat requests with the same keys', { concurrency: 2 }, () => {
  test('two servers are killed meanwhile → one delivery a key, and every answer has its id', async (t) => {
    const database = await freshDatabase(t);
    const servers = [await startServer(t, database), await startServer(t, database)];
    const clients = await startClients(database, () => servers);
    const chance = chanceOf('idempotency');
    for (let round = 1; round <= ROUNDS; round += 1) {
      await clients.answered(round / (ROUNDS + 1));
      const place = chance.between(0, 1);
      await servers[place]?.server.end('SIGKILL');
      servers[place] = await startServer(t, database);
    }
    await clients.judge(database.pool);
  });

  test('PostgreSQL crashes and comes back meanwhile → the same', async (t) => {
    const postgres = await startPostgres(t);
    const { database } = postgres;
    const server = await startServer(t, database);
    const clients = await startClients(database, () => [server]);
    for (let round = 1; round <= sized(1, 6); round += 1) {
      await clients.answered(round / (ROUNDS + 1));
      await postgres.crash();
      await postgres.restart();
    }
    await clients.judge(database.pool);
  });
});

type Server = { server: Command; api: Api };

/** What a client was answered with 201. */
type Answer = { key: string; id: string; payload: string; isReplay: boolean };

/** Each client sends all keys, in an order of its own, each until it has its answer. */
async function startClients(database: TestDatabase, servers: () => Server[]) {
  const webhook = await addWebhook(database);
  const answers: Answer[] = [];
  const refusals: string[] = [];
  let cutOff = 0;
  const running = Promise.all(Array.from({ length: CLIENTS }, (_one, i) => client(i)));

  async function client(number: number): Promise<void> {
    const chance = chanceOf(`client ${number}`);
    const first = chance.between(0, KEYS - 1);
    for (let i = 0; i < KEYS; i += 1) {
      const key = `key ${(first + i) % KEYS}`;
      while (!(await send(chance.pick(servers()).api, key))) await chance.pause(50, 500);
    }
  }

  /** @returns whether the client has its answer. */
  async function send({ url }: Api, key: string): Promise<boolean> {
    const response = await fetch(`${url}/v1/deliveries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ webhook_id: webhook.id, payload: `of ${key}` }),
    }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response === undefined || text === undefined) {
      cutOff += 1;
      return false;
    }
    if (response.status === 201) {
      const { id, payload } = JSON.parse(text) as Delivery;
      const isReplay = response.headers.get('idempotency-replayed') === 'true';
      answers.push({ key, id, payload, isReplay });
      return true;
    }
    if (response.status === 503) cutOff += 1;
    else if (response.status !== 409 || !text.includes('"code":26')) refusals.push(text);
    return false;
  }

  return {
    /** Waits until this part of all answers is there. */
    answered: (part: number) =>
      until('enough answers', () => answers.length >= CLIENTS * KEYS * part, 120_000),
    /** Waits for the rest of the answers, and looks at all. */
    async judge(pool: Pool): Promise<void> {
      await running;
      assert.deepEqual(refusals, []);
      assert.ok(cutOff > 0, 'clients were cut off');
      await judge(pool, answers);
    },
  };
}

async function judge(pool: Pool, answers: Answer[]): Promise<void> {
  const { rows } = await pool.query<Pick<Delivery, 'id' | 'payload'>>(
    'select id, payload from deliveries',
  );
  assert.equal(rows.length, KEYS);
  const ids = new Map(rows.map(({ id, payload }) => [payload, id]));
  assert.equal(answers.length, CLIENTS * KEYS);
  const firsts = new Map<string, number>();
  for (const { key, id, payload, isReplay } of answers) {
    assert.deepEqual([id, payload], [ids.get(`of ${key}`), `of ${key}`]);
    if (!isReplay) firsts.set(key, (firsts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of firsts) assert.equal(count, 1, `${key} was created ${count} times`);
}
