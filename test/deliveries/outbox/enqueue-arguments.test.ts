import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { DatabaseError } from 'pg';
import { migrateUp } from '../../../src/database/migrations.ts';
import { draftOf } from '../../../src/http/draft.ts';
import { FORMATS } from '../../../src/http/middleware/formats.ts';
import { isDateTime, utcTime } from '../../../src/http/time.ts';
import { encodedDatabase } from '../../database/encoded.ts';
import { freshDatabase, type TestDatabase } from '../../setup/database.ts';
import { lastFirst } from '../../setup/last-first.ts';
import { MIGRATIONS } from '../../setup/parts.ts';
import { addWebhook, addWebhookRows } from '../../setup/rows.ts';

const SEED = Number(process.env['POSTMAND_TEST_SEED']);
const RUNS = { numRuns: 200, seed: SEED };

const CODES = new Set(['PM004', 'PM005', 'PM011', 'PM024', 'PM025', 'PM026']);

/** Nearly all of them are times of RFC 3339. */
const time = fc
  .tuple(
    fc.constantFrom('0000', '0001', '2026', '2027', '9999'),
    fc.stringMatching(/^-(02|0[0-9]|1[0-3])-(0[1-9]|[123][0-9])[Tt]$/),
    fc.stringMatching(/^([01][0-9]|2[0-4]):[0-5][0-9]:(60|[0-5][0-9])(\.[0-9]{1,9})?$/),
    fc.stringMatching(/^([Zz]|[+-](0[0-9]|2[0-4]):[0-5][0-9])$/),
  )
  .map((parts) => parts.join(''));
/** Some in the last moment of a day in UTC, and of all time. */
const edge = fc.constantFrom(
  '2016-12-31T23:59:60Z',
  '2017-01-01T08:59:60.5+09:00',
  '0000-12-31T23:59:59-00:01',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59.9999999Z',
  '9999-12-31T23:59:59-00:01',
  '2026-01-01T00:00:00.9999999Z\n',
);
const text = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((one) => !one.includes('\0'));

suite('whatever is passed to the functions', () => {
  test('a time in JSON → what the API makes of it, or refused where the API refuses it', async (t) => {
    const { pool } = await freshDatabase(t);
    const read = async (value: string, later: boolean): Promise<string> => {
      const { rows } = await pool.query<{ time: string }>(
        `select case when t >= '10000-01-01Z' then 'infinity'
           when t < '0001-01-01Z' then '-infinity'
           else postmand.fingerprint_time(t) end as time
         from postmand.time_of($1, 'send_at', $2) as t`,
        [value, later],
      );
      return rows[0]?.time ?? '';
    };
    await fc.assert(
      fc.asyncProperty(fc.oneof(time, edge), fc.boolean(), async (value, later) => {
        if (isDateTime(value))
          assert.equal(await read(value, later), utcTime(value, later ? 'up' : 'down'));
        else
          await assert.rejects(read(value, later), {
            code: 'PM004',
            message: /^send_at: must be a time of RFC 3339/,
          });
      }),
      RUNS,
    );
  });

  test('a delivery → a row with what was given, or one of the refusals that names what is wrong', async (t) => {
    const { pool } = await freshDatabase(t);
    const { id } = await addWebhook({ pool });
    const client = await pool.connect();
    lastFirst(t).after(() => client.release());
    await client.query('set postmand.max_payload = 200');
    const given = fc.record({
      webhook_id: fc.oneof(
        { weight: 9, arbitrary: fc.constant(id) },
        fc.constant(randomUUID()),
        text,
      ),
      payload: fc.option(text),
      ordering_key: fc.option(fc.oneof(text, fc.constantFrom('', '.', '..', '...'))),
      send_at: fc.option(time),
      expires_at: fc.option(time),
      idempotency_key: fc.option(fc.stringMatching(/^[a-z ~]{0,2}é?$/)),
    });
    await fc.assert(
      fc.asyncProperty(given, async (delivery) => {
        const before = await countOf(pool);
        try {
          const { rows } = await client.query<{ id: string }>(
            'select postmand.enqueue_many($1) as id',
            [JSON.stringify([delivery])],
          );
          const { webhookId, payload, orderingKey, sendAt, expiresAt } = draftOf(delivery);
          assert.ok(FORMATS['uuid']?.(delivery.webhook_id));
          const stored = await pool.query(
            `select webhook_id, payload, ordering_key, send_at, expires_at from deliveries
             where id = $1`,
            [rows[0]?.id],
          );
          assert.deepEqual(stored.rows, [
            {
              webhook_id: webhookId,
              payload,
              ordering_key: orderingKey ?? null,
              send_at: sendAt ?? null,
              expires_at: expiresAt ?? null,
            },
          ]);
        } catch (error) {
          if (!(error instanceof DatabaseError)) throw error;
          assert.ok(CODES.has(error.code ?? ''), `${error.code}: ${error.message}`);
          const [, name = ''] = /^deliveries\[0\]\.([a-z_]+): /.exec(error.message) ?? [];
          assert.ok(name in delivery, error.message);
          assert.equal(await countOf(pool), before);
        }
      }),
      RUNS,
    );
  });
});

test('a database in SQL_ASCII → text that is UTF-8 is stored, other bytes are refused', async (t) => {
  const { connection, pool } = await encodedDatabase(t, 'SQL_ASCII');
  await migrateUp(connection, MIGRATIONS);
  const [id] = await addWebhookRows(pool, [{}]);
  const enqueue = (payload: string, key: string) =>
    pool.query(`select postmand.enqueue('${id}', ${payload}, ${key})`);
  await enqueue(`'ключ'`, `repeat('🂡', 255)`);
  const bytes = `convert_from('\\xff', 'SQL_ASCII')`;
  await assert.rejects(enqueue(bytes, 'null'), {
    code: 'PM004',
    message: 'payload: must be text in UTF-8',
  });
  await assert.rejects(enqueue(`''`, bytes), { code: 'PM004', message: /^ordering_key: must be/ });
  await assert.rejects(enqueue(`''`, `repeat('🂡', 256)`), { code: 'PM004', message: /1 to 255/ });
});

async function countOf(pool: TestDatabase['pool']): Promise<number | undefined> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from deliveries',
  );
  return rows[0]?.count;
}
