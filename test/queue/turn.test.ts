import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { openSession } from '../../src/database/session.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { giveTurnBack, TAKE_TURN, takeTurnByRow } from '../../src/queue/turn.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';

test('workers without a session ask for the turn → one has it, until it is silent for 7 s, ends, or one with a session has it', async (t) => {
  const { pool, connection } = await freshDatabase(t);
  const ask = (worker: string) => inTransaction(pool, (tx) => takeTurnByRow(tx, worker));
  const silentFor = (interval: string) =>
    pool.query('update upkeep_turn set asked_at = now() - $1::interval', [interval]);
  const [one, two] = [randomUUID(), randomUUID()];

  const first = await Promise.all([ask(one), ask(two)]);
  assert.notEqual(first[0], first[1]);
  const [holder, other] = first[0] ? [one, two] : [two, one];
  assert.deepEqual([await ask(holder), await ask(other)], [true, false]);

  await silentFor('6 s');
  assert.equal(await ask(other), false);
  await silentFor('8 s');
  assert.deepEqual([await ask(other), await ask(holder)], [true, false]);
  // The clock of PostgreSQL was set back.
  await silentFor('-1 h');
  assert.equal(await ask(holder), true);

  await inTransaction(pool, (tx) => giveTurnBack(tx, other));
  assert.equal(await ask(other), false, 'it was not the turn of who gave it back');
  await inTransaction(pool, (tx) => giveTurnBack(tx, holder));
  assert.equal(await ask(other), true);

  const session = await openSession(connection, 'postmand worker listen');
  lastFirst(t).after(() => session.end());
  assert.deepEqual((await session.query(TAKE_TURN)).rows, [{ mine: true }]);
  assert.equal(await ask(other), false);
});
