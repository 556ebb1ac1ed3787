import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog } from '../setup/parts.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { UNKNOWN_ID } from './request.ts';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

suite('pausing a webhook', async () => {
  const database = await freshDatabase(wholeFile);
  const log = keepingLog();
  const api = await startApi(wholeFile, database, { log });

  test('paused without an end → 200 with the webhook; what comes is held, and goes after a resume', async () => {
    const webhook = await api.createWebhook();
    const paused = await api.call('POST', `/webhooks/${webhook.id}/pause`);
    assert.equal(paused.status, 200);
    assert.equal(paused.body.id, webhook.id);
    assert.equal(paused.body.updated_at, webhook.updated_at);
    const { state, paused_until } = paused.body.health;
    assert.deepEqual([state, paused_until], ['paused', null]);
    assert.equal(await pausedUntil(webhook.id), 'infinity');
    const held = await api.createDelivery(webhook.id);
    assert.deepEqual([held.status, held.held_reason], ['pending', 'endpoint_paused']);

    const resumed = await api.call('POST', `/webhooks/${webhook.id}/resume`);
    assert.deepEqual([resumed.status, resumed.body.id], [200, webhook.id]);
    assert.equal(resumed.body.health.state, 'healthy');
    assert.equal(await pausedUntil(webhook.id), null);
    assert.deepEqual(told(webhook.id), [
      ['webhook.paused', { by: 'client', until: null }],
      ['webhook.resumed', { by: 'client' }],
    ]);
  });

  for (const [title, body] of [
    ['an empty object', {}],
    ['until: null', { until: null }],
  ] as const)
    test(`${title} → paused without an end`, async () => {
      const webhook = await api.createWebhook();
      assert.equal((await api.call('POST', `/webhooks/${webhook.id}/pause`, body)).status, 200);
      assert.equal(await pausedUntil(webhook.id), 'infinity');
    });

  test('paused until a time, then until another, then without an end → the last one counts', async () => {
    const webhook = await api.createWebhook();
    const [later, sooner] = [inMs(7_200_000), inMs(3_600_000)];
    for (const until of [later, later, sooner]) {
      const { status } = await api.call('POST', `/webhooks/${webhook.id}/pause`, { until });
      assert.equal(status, 200);
      const { body } = await api.call('GET', `/webhooks/${webhook.id}`);
      assert.equal(Date.parse(body.health.paused_until), Date.parse(until));
      assert.equal(Date.parse((await pausedUntil(webhook.id)) ?? ''), Date.parse(until));
    }
    await api.call('POST', `/webhooks/${webhook.id}/pause`);
    assert.equal(await pausedUntil(webhook.id), 'infinity');
    // The same end a second time is no change.
    assert.deepEqual(
      told(webhook.id).map(([, { until }]) => until),
      [later, sooner, null],
    );
  });

  test('a time with an offset and a fraction → the same moment', async () => {
    const webhook = await api.createWebhook();
    const at = new Date(Date.now() + 7_200_000);
    const until = new Date(at.getTime() + 3_600_000).toISOString().replace('Z', '123+01:00');
    assert.equal((await api.call('POST', `/webhooks/${webhook.id}/pause`, { until })).status, 200);
    assert.equal(await pausedUntil(webhook.id), at.toISOString().replace('Z', '123Z'));
  });

  test('resumed though not paused → 200, and nothing is told', async () => {
    const webhook = await api.createWebhook();
    for (const body of [undefined, {}])
      assert.equal((await api.call('POST', `/webhooks/${webhook.id}/resume`, body)).status, 200);
    assert.deepEqual(told(webhook.id), []);
  });

  const REFUSED: [until: unknown, details: string][] = [
    [inMs(-1000), 'until: must be in the future'],
    ['1970-01-01T00:00:00Z', 'until: must be in the future'],
    ['0000-01-01T00:00:00Z', 'until: must be in the future'],
    [inMs(YEAR_MS + 2 * 86_400_000), 'until: may be at most a year from now'],
    ['9999-12-31T23:59:59-23:59', 'until: may be at most a year from now'],
    [
      'tomorrow',
      'until: must be an RFC 3339 time such as 2026-03-08T20:41:25Z (write + as %2B in a query)',
    ],
    [1e300, 'until: must be string,null'],
    [['infinity'], 'until: must be string,null'],
  ];
  for (const [until, details] of REFUSED)
    test(`until ${JSON.stringify(until)} → 400 that says why, and no pause`, async () => {
      const webhook = await api.createWebhook();
      const { status, body } = await api.call('POST', `/webhooks/${webhook.id}/pause`, { until });
      assert.deepEqual([status, body.code, body.details], [400, 4, details]);
      assert.equal(await pausedUntil(webhook.id), null);
    });

  test('another field → 400 that names it', async () => {
    const webhook = await api.createWebhook();
    const { status, body } = await api.call('POST', `/webhooks/${webhook.id}/pause`, { for: 5 });
    assert.deepEqual([status, body.details], [400, 'for: is not a known field']);
  });

  test('an unknown webhook, or a deleted one → 404', async () => {
    const webhook = await api.createWebhook();
    await api.call('DELETE', `/webhooks/${webhook.id}`);
    for (const id of [UNKNOWN_ID, webhook.id])
      for (const verb of ['pause', 'resume']) {
        const { status, body } = await api.call('POST', `/webhooks/${id}/${verb}`);
        assert.deepEqual([status, body.code], [404, 5]);
      }
  });

  test('GET → 405 with POST as what is allowed', async () => {
    const { status, headers } = await api.call('GET', `/webhooks/${UNKNOWN_ID}/pause`);
    assert.deepEqual([status, headers.get('allow')], [405, 'POST']);
  });

  async function pausedUntil(id: string): Promise<string | null> {
    const { rows } = await database.pool.query<{ until: string }>(
      `select case when isfinite(paused_until)
         then to_char(paused_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
         else paused_until::text end as until
       from webhook_states where webhook_id = $1`,
      [id],
    );
    return rows[0]?.until ?? null;
  }

  /** What the log says of the pauses of a webhook. */
  function told(id: string) {
    return log.lines.flatMap(({ event, fields: { webhook_id, ...fields } }) =>
      webhook_id === id && /^webhook\.(paused|resumed)$/.test(event)
        ? [[event, fields] as const]
        : [],
    );
  }
});

function inMs(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
