import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { until } from '../setup/until.ts';
import { chanceOf, sized } from './intensity.ts';
import { openScene } from './scene.ts';
import { nobodyWaits } from './settling.ts';

const SIZE = 50;
const CLIENTS = 3;

/** A batch that was sent. `ids`: as it was answered, if it was. */
type Sent = { name: string; ids?: string[] };

test('SIGKILL of the server during batches → each is stored whole or not at all, once where it is sent again with its key, and arrives in the order of its ordering key', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const webhook = await scene.webhook('/batches', () => 200, 'succeeded');
  const chance = chanceOf('killed batches');
  const sent: Sent[] = [];
  let over = false;

  /** One of `SIZE`, of which each tenth has the batch's name as its ordering key. */
  async function post(one: Sent): Promise<void> {
    const deliveries = Array.from({ length: SIZE }, (_one, n) => ({
      ...{ webhook_id: webhook.id, payload: `${one.name} ${n}` },
      ...(n % 10 === 0 ? { ordering_key: one.name } : {}),
    }));
    const response = await fetch(`${scene.api().url}/v1/deliveries/batch`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': one.name },
      body: JSON.stringify({ deliveries }),
    });
    const answer = (await response.json()) as { ids: string[] };
    assert.equal(response.status, 201, JSON.stringify(answer));
    one.ids = answer.ids;
  }
  async function keepPosting(): Promise<void> {
    while (!over) {
      const one: Sent = { name: randomUUID() };
      sent.push(one);
      await post(one).catch(() => {});
    }
  }

  await scene.worker();
  for (let round = 1; round <= sized(2, 10); round += 1) {
    over = false;
    const clients = Array.from({ length: CLIENTS }, keepPosting);
    const before = sent.length;
    await until('batches are answered', () => sent.slice(before).some(({ ids }) => ids));
    await chance.pause(0, 50);
    const server = scene.processes.findLast(({ process }) => process.spawnargs.at(-1) === 'server');
    await server?.end('SIGKILL');
    over = true;
    await Promise.all(clients);
    await nobodyWaits(pool);
    for (const { name, ids } of sent) {
      const stored = await storedOf(name);
      if (ids !== undefined) assert.deepEqual(stored, ids, name);
      else assert.ok([0, SIZE].includes(stored.length), `${name}: ${stored.length} are stored`);
    }
    await scene.server();
  }
  const unknown = sent.filter(({ ids }) => ids === undefined);
  assert.ok(unknown.length > 0, 'callers were cut off');
  for (const one of sent) {
    const before = await storedOf(one.name);
    await post(one);
    if (before.length > 0) assert.deepEqual(one.ids, before);
    assert.deepEqual(await storedOf(one.name), one.ids);
  }
  await everythingSucceeded();

  /** The ids of what is stored of a batch, in the order of the batch. */
  async function storedOf(name: string): Promise<string[]> {
    const { rows } = await pool.query<{ id: string }>(
      `select id from deliveries where payload like $1
       order by split_part(payload, ' ', 2)::integer`,
      [`${name} %`],
    );
    return rows.map(({ id }) => id);
  }

  async function everythingSucceeded(): Promise<void> {
    await until(
      'all have succeeded',
      async () => (await countOf(`status <> 'succeeded'`)) === 0,
      120_000,
    );
    assert.equal(await countOf('true'), sent.length * SIZE);
    const { rows } = await pool.query<{ wrong: number }>(
      `select count(*)::integer as wrong from (
         select sequence, created_at,
           lag(sequence) over (partition by ordering_key order by nth) as before,
           lag(attempted_at) over (partition by ordering_key order by nth) as attempted_before,
           attempted_at
         from (
           select d.*, split_part(payload, ' ', 2)::integer as nth,
             (select min(created_at) from delivery_attempts a where a.delivery_id = d.id)
               as attempted_at
           from deliveries d where ordering_key is not null
         ) as keyed
       ) as pairs where sequence < before or attempted_at < attempted_before`,
    );
    assert.equal(rows[0]?.wrong, 0, 'a delivery went before an earlier one of its key');
  }

  async function countOf(condition: string): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*)::integer as count from deliveries where webhook_id = $1 and ${condition}`,
      [webhook.id],
    );
    return rows[0]?.count ?? -1;
  }
});
