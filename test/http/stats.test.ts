import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { ALL_WEBHOOKS } from '../../src/statistics/figures.ts';
import { freshDatabase } from '../setup/database.ts';
import { addWebhookRows, numbered } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const HOUR = 3_600_000;
/** The hour of now, on the clock of the database, which runs here. */
const THIS_HOUR = Math.floor(Date.now() / HOUR) * HOUR;
const NOTHING = {
  ...{ accepted: 0, attempts: 0, succeeded: 0, failed: 0, retried: 0, held: 0 },
  ...{ p50_ms: null, p95_ms: null, p99_ms: null },
};

suite('GET …/stats', async () => {
  const { pool, ...database } = await freshDatabase(wholeFile);
  const { call } = await startApi(wholeFile, { pool, ...database });
  const webhookId = numbered('webhook', 1);
  await addWebhookRows(pool, [{ id: webhookId }]);
  for (const [table, id, at, accepted] of [
    ['statistics_hours', webhookId, time(-2 * HOUR), 3],
    ['statistics_hours', webhookId, time(-26 * HOUR), 4],
    ['statistics_hours', ALL_WEBHOOKS, time(-2 * HOUR), 30],
    ['statistics_minutes', webhookId, time(-2 * HOUR + 60_000), 1],
  ] as const)
    await pool.query(
      `insert into ${table} (webhook_id, at, accepted, attempts, succeeded, retried, ms_20, ms_5100)
       values ($1, $2, $3, 100, 98, 2, 98, 2)`,
      [id, at, accepted],
    );
  const figures = { ...NOTHING, attempts: 100, succeeded: 98, retried: 2 };
  const attempted = { ...figures, p50_ms: 16, p95_ms: 20, p99_ms: 4050 };

  test('hours of a webhook → each of them, also those without anything', async () => {
    const range = `from=${time(-3 * HOUR)}&to=${time(0)}`;
    assert.deepEqual(await answer(`/webhooks/${webhookId}/stats?step=hour&${range}`), {
      ...{ webhook_id: webhookId, step: 'hour', from: time(-3 * HOUR), to: time(0) },
      stats: [
        { at: time(-3 * HOUR), ...NOTHING },
        { at: time(-2 * HOUR), ...attempted, accepted: 3 },
        { at: time(-HOUR), ...NOTHING },
      ],
    });
  });

  test('minutes → those of the minutes', async () => {
    const range = `from=${time(-2 * HOUR)}&to=${time(-2 * HOUR + 120_000)}`;
    const { stats } = await answer(
      `/webhooks/${webhookId.toUpperCase()}/stats?step=minute&${range}`,
    );
    assert.deepEqual(stats, [
      { at: time(-2 * HOUR), ...NOTHING },
      { at: time(-2 * HOUR + 60_000), ...attempted, accepted: 1 },
    ]);
  });

  test('days → the sums of their hours, in UTC', async () => {
    const { stats, from, to } = await answer(`/webhooks/${webhookId}/stats?step=day`);
    assert.equal(stats.length, 30);
    assert.equal(Date.parse(to) - Date.parse(from), 30 * 24 * HOUR);
    assert.equal(Date.parse(to) % (24 * HOUR), 0);
    assert.equal(sum(stats, 'accepted'), 7);
    assert.equal(sum(stats, 'attempts'), 200);
  });

  test('all webhooks together, without parameters → the last 24 hours', async () => {
    const { stats, step, ...rest } = await answer('/stats');
    assert.equal(step, 'hour');
    assert.equal(stats.length, 24);
    assert.deepEqual(Object.keys(rest), ['from', 'to']);
    assert.equal(sum(stats, 'accepted'), 30);
  });

  const REFUSED: [query: string, details: RegExp][] = [
    ['step=week', /step/],
    ['from=yesterday', /from/],
    [`from=${time(0)}&to=${time(0)}`, /^from: must be before to$/],
    [`step=minute&from=${time(-48 * HOUR)}`, /^to: at most 1500 steps; /],
    ['step=minute&from=2020-01-01T00:00:00Z', /^from: minutes are kept for 30 days; /],
    ['from=0000-01-01T00:00:00Z', /^from: statistics are kept for 400 days$/],
    [
      'to=9999-12-31T23:59:59Z&from=2020-01-01T00:00:00Z',
      /^to: must not be after 9999-12-31T00:00:00Z$/,
    ],
    ['limit=5', /limit/],
  ];
  for (const [query, details] of REFUSED)
    test(`${query} → 400 that says why`, async () => {
      for (const path of ['/stats', `/webhooks/${webhookId}/stats`]) {
        const { status, body } = await call('GET', `${path}?${query}`);
        assert.deepEqual([status, body.code], [400, 4]);
        assert.match(body.details, details);
      }
    });

  test('an unknown webhook, or the one that stands for all → 404', async () => {
    for (const id of [randomUUID(), ALL_WEBHOOKS]) {
      const { status, body } = await call('GET', `/webhooks/${id}/stats`);
      assert.deepEqual([status, body.code], [404, 5]);
    }
  });

  test('a webhook is deleted → its rows go with it, and those of all stay', async () => {
    const id = numbered('webhook', 2);
    await addWebhookRows(pool, [{ id }]);
    await pool.query(
      `insert into statistics_minutes (webhook_id, at, accepted)
       select $1, now() - minute * interval '1 minute', 1 from generate_series(1, 6000) as minute`,
      [id],
    );
    await pool.query('insert into statistics_hours (webhook_id, at) values ($1, now())', [id]);
    assert.equal((await call('DELETE', `/webhooks/${id}`)).status, 204);
    const { rows } = await pool.query(
      `select (select count(*) from statistics_minutes where webhook_id = $1)::integer as minutes,
         (select count(*) from statistics_hours where webhook_id = $1)::integer as hours,
         (select count(*) from webhooks where id = $1)::integer as webhooks`,
      [id],
    );
    assert.deepEqual(rows, [{ minutes: 0, hours: 0, webhooks: 0 }]);
    assert.equal(sum((await answer('/stats')).stats, 'accepted'), 30);
  });

  async function answer(path: string) {
    const { status, body } = await call('GET', path);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }
});

function time(fromThisHour: number): string {
  return new Date(THIS_HOUR + fromThisHour).toISOString().replace('.000Z', 'Z');
}

function sum(stats: Record<string, number>[], name: string): number {
  return stats.reduce((all, one) => all + (one[name] ?? 0), 0);
}
