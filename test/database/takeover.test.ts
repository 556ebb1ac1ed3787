import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { migrateDown } from '../../src/database/migrations.ts';
import { migrationStatus } from '../../src/database/migration-status.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';
import { MIGRATIONS } from '../setup/parts.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { SETTINGS } from '../setup/settings.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { NAMES, schemaOf } from './schema.ts';

const WEBHOOK = {
  active: 'aaaaaaaa-0000-4000-8000-000000000001',
  inactive: 'aaaaaaaa-0000-4000-8000-000000000002',
  odd: 'aaaaaaaa-0000-4000-8000-000000000003',
};
const delivery = (number: number) => `dddddddd-0000-4000-8000-00000000000${number}`;
const COLUMNS = {
  schema_migrations: '*',
  webhooks: `id, name, url, content_type, valid_status_codes::text, secret_token, active,
    max_delivery_attempts,
    delivery_attempt_timeout, retry_min_backoff, retry_max_backoff, created_at, updated_at`,
  deliveries:
    'id, webhook_id, payload, scheduled_at, delivery_attempts, status, created_at, updated_at',
  delivery_attempts: `id, webhook_id, delivery_id, raw_request, raw_response, response_status_code,
    execution_duration, success, error,
    created_at`,
};
const FINISHED = `status <> 'pending'`;

suite('a database of the reference, migrated', async () => {
  const database = await freshDatabase(wholeFile, 'template0');
  const { pool } = database;
  await pool.query(readFileSync(new URL('reference-schema.sql', import.meta.url), 'utf8'));
  const receiver = await startReceiver(wholeFile);
  await pool.query('update webhooks set url = $1 where id = any ($2)', [
    receiver.url,
    [WEBHOOK.active, WEBHOOK.inactive],
  ]);
  const before = {
    webhooks: await rowsOf('webhooks'),
    finished: await rowsOf('deliveries', FINISHED),
    attempts: await rowsOf('delivery_attempts'),
  };
  const foreign = await rowsOf('schema_migrations');

  const migrate = postmand(wholeFile, ['migrate'], {
    env: { POSTMAND_DATABASE_URL: database.url },
  });
  const status = await exitStatus(migrate);
  const api = await startApi(wholeFile, database);

  test('postmand migrate → exit status 0, every migration applied', () => {
    assert.equal(status, 0, migrate.output.stderr);
    assert.deepEqual(
      migrate.lines.find(({ event }) => event === 'migrate.done')?.['applied'],
      NAMES,
    );
  });

  test('its webhooks, its finished deliveries and all attempts → as they were, the largest numbers too', async () => {
    assert.deepEqual(await rowsOf('webhooks'), before.webhooks);
    assert.deepEqual(await rowsOf('deliveries', FINISHED), before.finished);
    assert.deepEqual(await rowsOf('delivery_attempts'), before.attempts);
    assert.ok(JSON.stringify(before).includes('32767'));
  });

  test(`golang-migrate's table → untouched`, async () =>
    assert.deepEqual(await rowsOf('schema_migrations'), foreign));

  test('its tables → the same columns and indexes as in a new database, and no index of the reference is left', async () => {
    const own = await schemaOf((await freshDatabase(wholeFile)).pool);
    // Their columns have no defaults; every statement of ours gives the times itself.
    const comparable = (lines: string[]) =>
      lines
        .filter((line) => !line.includes('schema_migrations'))
        .map((line) => line.replace(/ now\(\)$/, ' '));
    assert.deepEqual(comparable(await schemaOf(pool)), comparable(own));
  });

  test('its pending deliveries → wait, each with its reason, and the API shows all of them', async () => {
    const listed = (await api.call('GET', '/deliveries?status=pending')).body as {
      deliveries: Delivery[];
    };
    assert.deepEqual(
      new Set(listed.deliveries.map(({ held_reason }) => held_reason)),
      new Set(['imported']),
    );
    for (const path of [
      '/webhooks',
      '/deliveries',
      '/delivery-attempts',
      `/webhooks/${WEBHOOK.odd}`,
      `/deliveries/${delivery(7)}`,
    ]) {
      assert.equal((await api.call('GET', path)).status, 200, path);
    }
  });

  test('a worker → sends what is due for the active webhook, counts attempts on from what was recorded, and sends nothing else', async () => {
    await startWorkerHere(wholeFile, database, {
      settings: { POSTMAND_POLLING_INTERVAL: '100' },
    });
    const settled = [await api.settled(delivery(1)), await api.settled(delivery(2))];
    assert.deepEqual(
      settled.map(({ status, delivery_attempts }) => [status, delivery_attempts]),
      [
        ['succeeded', 1],
        ['succeeded', 2],
      ],
    );
    assert.deepEqual(receiver.received.map(({ body }) => body).toSorted(), [
      'never tried',
      'tried once',
    ]);

    const future = await until('the one of the future has a job', async () => {
      const now = await api.delivery(delivery(3));
      return now.held_reason === null && now;
    });
    assert.deepEqual(
      [future.status, future.delivery_attempts, future.scheduled_at],
      ['pending', 2, '2121-04-01T00:00:00.000000Z'],
    );
    for (const number of [4, 5]) {
      const held = await api.delivery(delivery(number));
      assert.equal(held.status, 'pending');
      assert.notEqual(held.held_reason, null);
    }
    assert.deepEqual(await rowsOf('deliveries', `id > '${delivery(5)}'`), before.finished);
  });

  test('the inactive webhook made active → its deliveries are sent too', async () => {
    await api.call('PUT', `/webhooks/${WEBHOOK.inactive}`, { ...SETTINGS, url: receiver.url });
    for (const number of [4, 5])
      assert.equal((await api.settled(delivery(number))).status, 'succeeded');
    assert.deepEqual(receiver.received.map(({ body }) => body).toSorted(), [
      'held 1',
      'held 2',
      'never tried',
      'tried once',
    ]);
  });

  /** What the reference knows of a table's rows, as text. */
  async function rowsOf(table: keyof typeof COLUMNS, condition = 'true'): Promise<unknown[]> {
    return (
      await pool.query<Record<string, unknown>>(
        `select ${COLUMNS[table]} from ${table} where ${condition} order by 1`,
      )
    ).rows;
  }
});

test('a database of the reference, migrated and taken back → its columns and indexes again, and its tables are not dropped', async (t) => {
  const { url, connection, pool } = await freshDatabase(t, 'template0');
  await pool.query(readFileSync(new URL('reference-schema.sql', import.meta.url), 'utf8'));
  const theirs = await schemaOf(pool);
  assert.equal(
    await exitStatus(postmand(t, ['migrate'], { env: { POSTMAND_DATABASE_URL: url } })),
    0,
  );
  for (const name of NAMES.slice(1).toReversed())
    assert.equal(await migrateDown(connection, MIGRATIONS), name);
  assert.deepEqual(
    (await schemaOf(pool)).filter((line) => !line.includes('postmand_migrations')),
    theirs,
  );
  await assert.rejects(
    migrateDown(connection, MIGRATIONS),
    /refused: table delivery_attempts was there before the first migration/,
  );
  assert.deepEqual((await migrationStatus(pool, MIGRATIONS)).applied, [NAMES[0]]);
});
