import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from '../../src/database/pool.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { until } from '../setup/until.ts';
import { endLeases, givenUp } from './claims.ts';
import { LONG } from './intensity.ts';
import { judge } from './oracle.ts';
import { openScene, webhookApart } from './scene.ts';
import { watchLoss } from './poison.ts';
import { CALM, startTraffic } from './traffic.ts';

/** Twice as often as a delivery may lose its claim until it counts as poison. */
const TIMES = 6;

test('the database is read-only again and again during one long send → it is delivered, with one attempt', async (t) => {
  const scene = await openScene(t);
  const { pool } = scene.database;
  const { promise, resolve: answer } = Promise.withResolvers<number>();
  const settings = { delivery_attempt_timeout: 600, max_delivery_attempts: 1 };
  const webhook = await webhookApart(scene, '/long', () => promise, { end: 'succeeded', settings });
  const traffic = startTraffic(t, scene, CALM);
  const worker = await scene.worker();
  const { id, deliveryId = '' } = await traffic.post(webhook.id);
  const cut = new Set<string>();

  let since = new Date();
  for (let time = 1; time <= TIMES; time += 1) {
    await until(`send ${time}`, () => scene.receiver.of(id).at(time - 1), 60_000);
    const loss = await watchLoss(scene, worker, deliveryId);
    await setReadOnly(pool, 'on');
    // The long form waits until the worker gives up by itself.
    if (LONG) await loss.givenUp();
    else for (const one of await endLeases(pool)) cut.add(one);
    await setReadOnly(pool, 'off');
    since = new Date();
    await loss.over();
  }
  await until('the last send', () => scene.receiver.of(id).at(TIMES), 60_000);
  answer(200);
  await traffic.accepted(30);
  // What a worker gave up is sent again.
  const hit = ({ id }: { id: string }) => cut.has(id) || givenUp(scene.processes).has(id);
  // Only the short form takes claims from sends that go on.
  const taken = ({ id }: { id: string }) => cut.has(id);
  await judge(t, scene, {
    traffic,
    since,
    mayRepeat: hit,
    mayOverlap: taken,
    mostRepeats: TIMES,
    errors: ['dispatch.failed'],
  });
  assert.equal(
    (await pool.query('select from delivery_attempts where delivery_id = $1', [deliveryId]))
      .rowCount,
    1,
  );
});

/**
 * Whether new transactions may write, where they do not say it themselves; and everybody has to
 * connect again.
 */
async function setReadOnly(pool: Pool, value: 'on' | 'off'): Promise<void> {
  const { rows } = await pool.query<{ name: string }>('select current_database() as name');
  const alter = `alter database ${rows[0]?.name} set default_transaction_read_only = ${value}`;
  await inTransaction(pool, (tx) => tx.query(alter), 'begin read write');
  await pool.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and application_name like 'postmand %'`,
  );
}
