import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { inTransaction } from '../../../src/database/transaction.ts';
import { beginsAnew, resetState } from '../../../src/webhooks/health/reset-state.ts';
import { freshDatabase } from '../../setup/database.ts';
import { addWebhook } from '../../setup/rows.ts';
import { wholeFile } from '../../setup/whole-file.ts';

type Compared = Parameters<typeof beginsAnew>[0];

const CHANGES: [before: Compared, after: Compared, anew: boolean][] = [
  [{ active: true, on_failing: 'hold' }, { active: true, on_failing: 'hold' }, false],
  [{ active: false, on_failing: 'hold' }, { active: true, on_failing: 'hold' }, true],
  [{ active: true, on_failing: 'hold' }, { active: false, on_failing: 'hold' }, false],
  [{ active: true, on_failing: 'hold' }, { active: true, on_failing: 'retry' }, true],
  [{ active: false, on_failing: 'hold' }, { active: false, on_failing: 'retry' }, true],
  [{ active: true, on_failing: 'retry' }, { active: true, on_failing: 'hold' }, false],
  [{ active: true, on_failing: 'retry' }, { active: true, on_failing: 'retry' }, false],
];

for (const [before, after, anew] of CHANGES)
  test(`${JSON.stringify(before)} becomes ${JSON.stringify(after)} → it ${anew ? 'begins anew' : 'goes on'}`, () =>
    assert.equal(beginsAnew(before, after), anew));

suite('resetting the state of a webhook', async () => {
  const database = await freshDatabase(wholeFile);
  const { pool } = database;
  const rowOf = async (id: string) => {
    const { rows } = await pool.query<Record<string, unknown>>(
      `select *, wake_at <= now() as due from webhook_states where webhook_id = $1`,
      [id],
    );
    return rows[0] ?? {};
  };

  test('a webhook with every kind of trouble → healthy, looked at soon; a pause and facts stay', async () => {
    const { id } = await addWebhook(database);
    const other = await addWebhook(database);
    await pool.query(
      `insert into webhook_states (webhook_id, state, consecutive_failures, failures_since,
         failing_since, last_success_at, last_failure_at, paused_until, probe_at, probe_pause,
         probe_delivery_id, recovering_since, over_window, rate_next_at, wake_at)
       select id, 'failing', 7, now(), now(), now(), now(), 'infinity', now(), 20, id, now(), true,
         now(), now() + interval '1 hour'
       from webhooks`,
    );
    const [before, untouched] = [await rowOf(id), await rowOf(other.id)];
    await inTransaction(pool, (tx) => resetState(tx, id));
    const { wake_at: _wake, ...after } = await rowOf(id);
    const { wake_at: _then, ...kept } = before;
    assert.deepEqual(after, {
      ...kept,
      ...{ state: 'healthy', consecutive_failures: 0, failures_since: null, failing_since: null },
      ...{ probe_at: null, probe_pause: null, probe_delivery_id: null, recovering_since: null },
      due: true,
    });
    assert.deepEqual(await rowOf(other.id), untouched);
  });

  test('a webhook without a state → healthy, looked at soon', async () => {
    const { id } = await addWebhook(database);
    await inTransaction(pool, (tx) => resetState(tx, id));
    const { state, due } = await rowOf(id);
    assert.deepEqual({ state, due }, { state: 'healthy', due: true });
  });

  test('a look that is due already → stays when it was', async () => {
    const { id } = await addWebhook(database);
    await pool.query(
      `insert into webhook_states (webhook_id, wake_at) values ($1, now() - interval '1 hour')`,
      [id],
    );
    const { wake_at: before } = await rowOf(id);
    await inTransaction(pool, (tx) => resetState(tx, id));
    assert.equal((await rowOf(id))['wake_at'], before);
  });
});
