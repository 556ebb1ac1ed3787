import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Queryable } from '../../../src/database/pool.ts';
import { inTransaction } from '../../../src/database/transaction.ts';
import { deleteDeliveries } from '../../../src/deliveries/delivery-store.ts';
import { HELD_REASONS, SHOWN_REASON, shownReason } from '../../../src/deliveries/delivery.ts';
import { lookAtAges } from '../../../src/deliveries/expiry.ts';
import { goOn } from '../../../src/deliveries/order/promote.ts';
import { DAYS_AHEAD, placeTooFarAhead } from '../../../src/deliveries/accepting/schedule.ts';
import { findSendable } from '../../../src/deliveries/sendable.ts';
import { freshOrdering, lineOf } from '../../setup/ordering.ts';
import { addWebhook } from '../../setup/rows.ts';
import { deliveryRow, jobs } from '../../setup/tables.ts';
import { stored } from './accepting.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

suite('deliveries with a send_at', { concurrency: 4 }, () => {
  test('a minute ahead, beside one that is due → both have a job, each for its time', async (t) => {
    const { acceptor, pool, ...rest } = await freshOrdering(t);
    const { id: webhookId } = await addWebhook({ pool, ...rest });
    const [soon, due] = (
      await acceptor.accept([
        { webhookId, payload: 'soon', sendAt: await inSeconds(pool, 60) },
        { webhookId, payload: 'due' },
      ])
    ).map(stored);
    assert.deepEqual([soon?.held_reason, due?.held_reason], ['scheduled', null]);
    assert.deepEqual([soon?.scheduled_at, due?.send_at], [soon?.send_at, null]);
    assert.equal(due?.scheduled_at, due?.created_at);
    const [first, second, ...more] = await jobs(pool);
    assert.deepEqual([first?.deliveryId, second?.deliveryId, more], [due?.id, soon?.id, []]);
    assert.ok((second?.waitSeconds ?? 0) > 50 && (second?.waitSeconds ?? 0) <= 60);
  });

  test('further ahead, or held for something else, or in the past → the one rule', async (t) => {
    const { acceptor, pool, ...rest } = await freshOrdering(t);
    const webhook = await addWebhook({ pool, ...rest });
    const inactive = await addWebhook({ pool, ...rest }, { active: false });
    const busy = await addWebhook({ pool, ...rest });
    await pool.query('insert into webhook_states (webhook_id, over_window) values ($1, true)', [
      busy.id,
    ]);
    const CASES = [
      [webhook, 400, 'scheduled', 'later'],
      [busy, 60, 'scheduled', 'later'],
      [busy, 20, 'scheduled', 'backlog'],
      [inactive, 400, 'webhook_inactive', 'webhook_inactive'],
      [webhook, -60, null, null],
    ] as const;
    for (const [{ id: webhookId }, seconds, shown, kept] of CASES) {
      const sendAt = await inSeconds(pool, seconds);
      const [result] = await acceptor.accept([{ webhookId, payload: 'x', sendAt }]);
      const { id, held_reason, send_at, scheduled_at, created_at } = stored(result);
      const row = await deliveryRow(pool, id);
      assert.deepEqual([held_reason, row?.held_reason, row?.held], [shown, kept, kept !== null]);
      assert.equal(send_at, sendAt);
      assert.equal(scheduled_at, seconds > 0 ? sendAt : created_at);
    }
    assert.equal((await jobs(pool)).length, 1);
  });

  test('the head of its key → the others wait behind it, until it is deleted', async (t) => {
    const { acceptor, pool, queue, ...rest } = await freshOrdering(t);
    const { id: webhookId } = await addWebhook({ pool, ...rest });
    const draft = { webhookId, orderingKey: 'k' };
    const [head, next] = (
      await acceptor.accept([
        { ...draft, payload: 'a', sendAt: await inSeconds(pool, 400) },
        { ...draft, payload: 'b', sendAt: await inSeconds(pool, 100) },
        { ...draft, payload: 'c' },
      ])
    ).map(stored);
    assert.deepEqual([head?.held_reason, next?.held_reason], ['scheduled', 'ordered']);
    const behind = 'c: pending ordered';
    const before = await lineOf(pool, 'k');
    assert.deepEqual(before, ['a: pending head later', 'b: pending ordered', behind]);

    await inTransaction(pool, async (tx) =>
      goOn(tx, queue, await deleteDeliveries(tx, [head?.id ?? ''])),
    );
    assert.deepEqual(await lineOf(pool, 'k'), ['b: pending head job', behind]);
    assert.ok(((await jobs(pool))[0]?.waitSeconds ?? 0) > 50);
  });

  test('of a webhook with a max_delivery_age → its age counts from its time', async (t) => {
    const { acceptor, pool, ...rest } = await freshOrdering(t);
    const { id: webhookId } = await addWebhook({ pool, ...rest }, { max_delivery_age: 60 });
    const [result] = await acceptor.accept([
      { webhookId, payload: 'x', sendAt: await inSeconds(pool, 400) },
    ]);
    const { id } = stored(result);
    const look = async () => {
      const after = { reason: '', scheduledAt: '-infinity', id: webhookId } as const;
      const [held] = await lookAtAges(pool, webhookId, { after, limit: 1 });
      return [held?.expired, (await findSendable(pool, [id]))[0]?.delivery.expired];
    };
    await moveBack(pool, '7 minutes');
    assert.deepEqual(await look(), [false, false]);
    await moveBack(pool, '1 minute');
    assert.deepEqual(await look(), [true, true]);
  });

  test('every reason, its time ahead and past → in SQL shown as in TypeScript', async (t) => {
    const { pool } = await freshOrdering(t);
    for (const reason of [...HELD_REASONS, null])
      for (const isAhead of [true, false]) {
        const { rows } = await pool.query<{ shown: string | null }>(
          `select ${SHOWN_REASON} as shown
           from (select $1::text as held_reason, 'pending' as status,
             now() + case when $2 then interval '1 s' else '-1 s' end as send_at) as delivery`,
          [reason, isAhead],
        );
        assert.equal(rows[0]?.shown, shownReason(reason, isAhead), `${reason} ${isAhead}`);
      }
  });

  test('more than 366 days ahead by the database’s clock → told, however wrong our own is', async (t) => {
    const { pool } = await freshOrdering(t);
    const most = DAYS_AHEAD * 24 * 60 * 60;
    const [fine, far] = [await inSeconds(pool, most - 30), await inSeconds(pool, most + 30)];
    for (const wrongMs of [0, -DAY_MS / 2, DAY_MS / 2, -400 * DAY_MS]) {
      const asked = (...times: (string | undefined)[]) =>
        placeTooFarAhead(pool, times, Date.now() + wrongMs);
      assert.equal(await asked(fine, undefined, '0001-01-01T00:00:00.000000Z'), undefined);
      assert.equal(await asked(undefined, fine, far, far), 2);
    }
  });
});

/** As the API and the database write a time. */
async function inSeconds(db: Queryable, seconds: number): Promise<string> {
  const { rows } = await db.query<{ at: string }>(
    'select clock_timestamp() + make_interval(secs => $1) as at',
    [seconds],
  );
  return rows[0]?.at ?? '';
}

async function moveBack(db: Queryable, interval: string): Promise<void> {
  await db.query(
    `update deliveries set created_at = created_at - $1::interval,
       send_at = send_at - $1::interval, scheduled_at = scheduled_at - $1::interval`,
    [interval],
  );
}
