import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '../../src/deliveries/delivery.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { wholeFile } from '../setup/whole-file.ts';

const database = await freshDatabase(wholeFile);
const api = await startApi(wholeFile, database);
const { id: webhook_id } = await api.createWebhook();

test('send_at in an hour, finer than a microsecond → rounded up, scheduled, and listed so', async () => {
  const hour = new Date(Date.now() + 3_600_000).toISOString().slice(0, 19);
  const draft = { webhook_id, send_at: `${hour}.1234560001Z` };
  const { status, body } = await api.call('POST', '/deliveries', draft);
  const { id, held_reason, send_at, scheduled_at } = body as Delivery;
  assert.equal(status, 201);
  const at = `${hour}.123457Z`;
  assert.deepEqual([held_reason, send_at, scheduled_at], ['scheduled', at, at]);
  assert.deepEqual(await api.delivery(id), body);
  const { body: list } = await api.call('GET', `/deliveries?webhook_id=${webhook_id}`);
  assert.deepEqual((list as { deliveries: Delivery[] }).deliveries[0], body);
  const health = (await api.call('GET', `/webhooks/${webhook_id}`)).body['health'];
  assert.equal((health as { held: number }).held, 0);
  assert.equal((await api.call('DELETE', `/deliveries/${id}`)).status, 204);
});

for (const send_at of [null, '0001-01-01T00:00:00Z', '2016-12-31T23:59:60Z'])
  test(`send_at ${send_at} → due at once`, async () => {
    const { status, body } = await api.call('POST', '/deliveries', { webhook_id, send_at });
    const { held_reason, scheduled_at, created_at } = body as Delivery;
    assert.deepEqual([status, held_reason, scheduled_at], [201, null, created_at]);
  });

const IN = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
const TOO_FAR = /^send_at: must be at most 366 days ahead$/;

for (const [what, times, details] of [
  ['no time', { send_at: 'tomorrow' }, /^send_at: must be an RFC 3339 time/],
  ['a number', { send_at: 1_800_000_000 }, /^send_at: must be string,null$/],
  ['year 0', { send_at: '0000-06-01T00:00:00Z' }, /^send_at: must be in the years 1 to 9999/],
  ['367 days ahead', { send_at: IN(367) }, TOO_FAR],
  ['the end of time', { send_at: '9999-12-31T23:59:59.9999999Z' }, TOO_FAR],
  [
    'after expires_at',
    { send_at: IN(2), expires_at: IN(1) },
    /^expires_at: must be after send_at$/,
  ],
  [
    'the moment of expires_at, with another offset',
    { send_at: '2031-01-01T01:00:00+01:00', expires_at: '2031-01-01T00:00:00Z' },
    /^expires_at: must be after send_at$/,
  ],
] as const)
  test(`send_at ${what} → 400 that names it, and nothing is stored`, async () => {
    const draft = { webhook_id, payload: what, ...times };
    const { status, body } = await api.call('POST', '/deliveries', draft);
    assert.deepEqual([status, body.code], [400, 4]);
    assert.match(body.details, details);
    const { rows } = await database.pool.query('select from deliveries where payload = $1', [what]);
    assert.equal(rows.length, 0);
  });

test('366 days ahead but a minute, and an expiry a moment after it → accepted', async () => {
  const send_at = IN(366 - 1 / 1440);
  const expires_at = send_at.replace('Z', '001Z');
  const draft = { webhook_id, send_at, expires_at, scheduled_at: '2001-01-01T00:00:00Z' };
  const { status, body } = await api.call('POST', '/deliveries', draft);
  assert.deepEqual([status, (body as Delivery).held_reason], [201, 'scheduled']);
});
