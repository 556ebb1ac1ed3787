import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { addDeliveryRows } from '../setup/rows.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

suite('redelivering many', async () => {
  const database = await freshDatabase(wholeFile);
  const log = keepingLog();
  const { call, createWebhook } = await startApi(wholeFile, database, { log });

  test('a redelivery → 202 with the operation, which is found, listed and cancelled once', async () => {
    const { id: webhook_id } = await createWebhook();
    const filter = {
      webhook_id: webhook_id.toUpperCase(),
      'created_at.lt': '2030-01-01T00:00:00Z',
    };
    const { status, body, headers } = await call('POST', '/redeliveries', { filter });
    assert.equal(status, 202);
    assert.equal(headers.get('location'), `/v1/operations/${body.id}`);
    assert.deepEqual(
      { ...body, id: '', created_at: '' },
      {
        id: '',
        kind: 'redelivery',
        state: 'queued',
        filter: {
          status: 'failed',
          webhook_id,
          'created_at.lt': '2030-01-01T00:00:00.000000Z',
        },
        rate_per_second: 50,
        matched: null,
        done: 0,
        skipped: 0,
        created_at: '',
        started_at: null,
        finished_at: null,
        error: null,
      },
    );
    assert.deepEqual((await call('GET', `/operations/${body.id}`)).body, body);
    const queued = await call('GET', '/operations?kind=redelivery&state=queued&limit=1');
    assert.deepEqual(queued.body, { operations: [body], limit: 1, offset: 0, next_cursor: null });

    const cancelled = await call('POST', `/operations/${body.id}/cancel`);
    assert.deepEqual([cancelled.status, cancelled.body.state], [200, 'cancelled']);
    const again = await call('POST', `/operations/${body.id}/cancel`, {});
    assert.deepEqual(
      [again.status, again.body.code, again.body.details],
      [409, 32, 'it is cancelled already'],
    );
    assert.deepEqual(
      log.lines.flatMap(({ event, fields }) =>
        fields.operation_id === body.id ? [[event, fields.state]] : [],
      ),
      [['operation.ended', 'cancelled']],
    );
  });

  test('a dry run → 200 with what it would be, and no operation', async () => {
    const { id: webhook_id } = await createWebhook();
    await addDeliveryRows(database.pool, [{ webhookId: webhook_id, status: 'failed' }]);
    const { status, body } = await call('POST', '/redeliveries', {
      filter: { webhook_id },
      dry_run: true,
    });
    assert.equal(status, 200);
    assert.deepEqual(
      [body.matching, body.at_least, body.by_webhook],
      [1, false, [{ webhook_id, matching: 1 }]],
    );
    assert.deepEqual((await call('GET', '/operations?state=queued')).body.operations, []);
  });

  test('another one may touch the same webhook → 409 that names it; of another webhook → 202', async () => {
    const [one, other] = [await createWebhook(), await createWebhook()];
    const [ofOne = ''] = await addDeliveryRows(database.pool, [
      { webhookId: one.id, status: 'failed' },
    ]);
    const first = await call('POST', '/redeliveries', { filter: { webhook_id: one.id } });
    const details = `operation ${first.body.id} is under way: wait until it has ended, or cancel it`;
    for (const filter of [{ webhook_id: one.id }, { status: 'failed' }, { ids: [ofOne] }]) {
      const { status, body } = await call('POST', '/redeliveries', { filter });
      assert.deepEqual([status, body.code, body.details], [409, 31, details]);
    }
    const second = await call('POST', '/redeliveries', { filter: { webhook_id: other.id } });
    assert.equal(second.status, 202);
    for (const { body } of [first, second]) await call('POST', `/operations/${body.id}/cancel`);
    const all = await call('POST', '/redeliveries', { filter: { status: 'failed' } });
    assert.equal(all.status, 202);
    const { status } = await call('POST', '/redeliveries', { filter: { webhook_id: other.id } });
    assert.equal(status, 409);
    await call('POST', `/operations/${all.body.id}/cancel`);
  });

  test('the same redelivery asked for by eight clients at once → one 202, the others 409', async () => {
    const { id: webhook_id } = await createWebhook();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => call('POST', '/redeliveries', { filter: { webhook_id } })),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    assert.deepEqual(statuses, [202, ...Array.from({ length: 7 }, () => 409)]);
  });

  const REFUSED: [body: unknown, details: string][] = [
    [{}, 'filter: is required'],
    [{ filter: {} }, 'filter: must have at least one member'],
    [{ filter: { ids: [] } }, 'filter.ids: must NOT have fewer than 1 items'],
    [{ filter: { ids: ['x'] } }, 'filter.ids.0: must be a UUID'],
    [
      { filter: { ids: Array.from({ length: 1001 }, () => UNKNOWN_ID) } },
      'filter.ids: must NOT have more than 1000 items',
    ],
    [
      { filter: { status: 'pending' } },
      'filter.status: must be equal to one of the allowed values: succeeded, failed',
    ],
    [{ filter: { colour: 'red' } }, 'filter.colour: is not a known field'],
    [{ filter: { status: 'failed' }, rate_per_second: 0 }, 'rate_per_second: must be >= 1'],
    [{ filter: { status: 'failed' }, rate_per_second: 1001 }, 'rate_per_second: must be <= 1000'],
  ];
  for (const [given, details] of REFUSED)
    test(`${JSON.stringify(given).slice(0, 60)} → 400 that says why`, async () => {
      const { status, body } = await call('POST', '/redeliveries', given);
      assert.deepEqual([status, body.code, body.details], [400, 4, details]);
    });

  test('an unknown webhook → 404 with code 5, also in a dry run', async () => {
    for (const dry_run of [false, true]) {
      const filter = { webhook_id: UNKNOWN_ID };
      const { status, body } = await call('POST', '/redeliveries', { filter, dry_run });
      assert.deepEqual([status, body.code], [404, 5]);
    }
  });

  test('an unknown operation → 404 with code 30', async () => {
    for (const [method, rest] of [
      ['GET', ''],
      ['POST', '/cancel'],
    ] as const) {
      const { status, body } = await call(method, `/operations/${UNKNOWN_ID}${rest}`);
      assert.deepEqual([status, body.code], [404, 30]);
    }
  });
});
