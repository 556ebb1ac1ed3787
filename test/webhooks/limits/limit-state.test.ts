import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { lockLimits } from '../../../src/webhooks/limits/limit-state.ts';
import { addWebhook } from '../../setup/rows.ts';
import { until } from '../../setup/until.ts';
import { wholeFile } from '../../setup/whole-file.ts';
import { freshWorkerQueue } from '../../setup/worker-queue.ts';

suite('the states of limited webhooks', async () => {
  const worker = await freshWorkerQueue(wholeFile);
  const { pool, commit } = worker;
  const twoIds = async () =>
    [(await addWebhook(worker)).id, (await addWebhook(worker)).id].sort() as [string, string];
  const stateOf = async (id: string) =>
    (await pool.query('select from webhook_states where webhook_id = $1', [id])).rowCount;

  test('some are missing → they are made, and all are locked', async () => {
    const [a, b] = await twoIds();
    await commit((tx) => lockLimits(tx, [b]));
    await commit(async (tx) => {
      const locked = await lockLimits(tx, [b, a]);
      assert.deepEqual([...locked.keys()], [a, b]);
      const { rowCount } = await pool.query(
        'select from webhook_states where webhook_id = any ($1::uuid[]) for update skip locked',
        [[a, b]],
      );
      assert.equal(rowCount, 0);
    });
    assert.equal(await stateOf(a), 1);
  });

  test('a webhook is gone → it is left out', async () => {
    const [a, b] = await twoIds();
    await pool.query('delete from webhooks where id = $1', [a]);
    const locked = await commit((tx) => lockLimits(tx, [a, b]));
    assert.deepEqual([...locked.keys()], [b]);
  });

  test('somebody makes the first one just now and takes the second one next → both get on', async () => {
    const [a, b] = await twoIds();
    await commit((tx) => lockLimits(tx, [b]));
    const { waiting } = await commit(async (tx) => {
      await tx.query('insert into webhook_states (webhook_id) values ($1)', [a]);
      const waiting = commit((other) => lockLimits(other, [a, b]));
      await until('the other one waits', async () => {
        const { rowCount } = await pool.query(
          `select from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return rowCount === 1;
      });
      await tx.query('select from webhook_states where webhook_id = $1 for update nowait', [b]);
      return { waiting };
    });
    assert.deepEqual([...(await waiting).keys()], [a, b]);
  });
});
