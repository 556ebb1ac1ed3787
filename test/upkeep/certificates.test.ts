import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { suite, test, type TestContext } from 'node:test';
import { WebhookAlarms } from '../../src/alarms/alarms.ts';
import { stepOf } from '../../src/alarms/certificate-marks.ts';
import { inTransaction } from '../../src/database/transaction.ts';
import { tellCertificates } from '../../src/upkeep/certificates.ts';
import { Vault } from '../../src/webhooks/secrets/vault.ts';
import { rekeyWebhooks } from '../../src/webhooks/secrets/rekey.ts';
import { checkedAlarm } from '../alarms/alarm-schema.ts';
import { CLIENT, EXPIRED } from '../setup/certificates.ts';
import { freshDatabase } from '../setup/database.ts';
import { keepingLog, NO_KEYS } from '../setup/parts.ts';
import { addWebhook } from '../setup/rows.ts';

const DAY = 86_400;
const STEPS: [seconds: number, days: number | undefined][] = [
  [30 * DAY + 1, undefined],
  [30 * DAY, 30],
  [7 * DAY + 1, 30],
  [7 * DAY, 7],
  [DAY + 1, 7],
  [DAY, 1],
  [1, 1],
  [0, 0],
  [-400 * DAY, 0],
];

const KEYS = new Vault([{ id: '2026', key: createSecretKey(Buffer.alloc(32, 7)) }]);

suite('client certificates', { concurrency: 4 }, () => {
  for (const [seconds, days] of STEPS)
    test(`it ends in ${seconds} seconds → the step ${days ?? 'is to come'}`, () =>
      assert.equal(stepOf(seconds), days));

  test('one has ended → told once; one that ends in a hundred years, one of an inactive webhook → not', async (t) => {
    const world = await openWorld(t);
    const { id } = await world.webhook(EXPIRED.cert);
    await world.webhook(CLIENT.cert);
    await world.webhook(EXPIRED.cert, { active: false });
    await world.look();
    await world.look();
    const [told, ...more] = await world.told();
    assert.deepEqual(more, []);
    const { expires_at, subject, ...data } = told?.data ?? {};
    assert.deepEqual(data, {
      ...{ webhook_id: id, webhook_name: 'Bank', days_left: 0, expired: true },
    });
    assert.match(String(expires_at), /^2021-/);
    assert.match(String(subject), /CN=/);
    assert.deepEqual(world.log.lines, [
      {
        level: 'warn',
        event: 'certificate.expiring',
        fields: { webhook_id: id, expires_at, days_left: 0 },
      },
    ]);
  });

  test('it was told of at an earlier step, or another certificate was → it is told again', async (t) => {
    const world = await openWorld(t);
    await world.webhook(EXPIRED.cert);
    await world.look();
    await world.pool.query('update alarm_certificates set days = 1');
    await world.look();
    assert.equal((await world.told()).length, 2);
    await world.pool.query(`update alarm_certificates set expires_at = now() - interval '1 day'`);
    await world.look();
    assert.equal((await world.told()).length, 3);
  });

  test('its secrets are encrypted → told where the key is there; where it is not → left out', async (t) => {
    const world = await openWorld(t);
    await world.webhook(EXPIRED.cert);
    await inTransaction(world.pool, (tx) => rekeyWebhooks({ tx, vault: KEYS }, null));
    await world.look();
    assert.deepEqual(await world.told(), []);
    await world.look(KEYS);
    assert.equal((await world.told()).length, 1);
  });

  test('more webhooks than one step looks at, two workers → each is told of once', async (t) => {
    const world = await openWorld(t);
    await world.webhook(EXPIRED.cert);
    await world.pool.query(
      `insert into webhooks select (jsonb_populate_record(w, jsonb_build_object(
         'id', gen_random_uuid()))).* from webhooks w, generate_series(1, 205)
       where w.auth is not null`,
    );
    await Promise.all([world.look(), world.look()]);
    assert.equal((await world.told()).length, 206);
  });
});

type Told = { type: string; data: Record<string, unknown> };

async function openWorld(t: TestContext) {
  const database = await freshDatabase(t);
  const { pool } = database;
  const log = keepingLog();
  const { id: webhookId } = await addWebhook(database, { name: 'Operators' });
  const alarms = new WebhookAlarms({ webhookId, log: { ...log, info() {} } });
  const webhook = (certificate: string, { active = true } = {}) =>
    addWebhook(database, {
      ...{ name: 'Bank', url: 'https://bank.example', active },
      auth: { type: 'mtls', certificate, private_key: CLIENT.key },
    });
  const look = (vault = NO_KEYS) => tellCertificates({ pool, vault, alarms, log });
  async function told(): Promise<Told[]> {
    const { rows } = await pool.query<{ payload: string }>(
      `select payload from deliveries where webhook_id = $1`,
      [webhookId],
    );
    return rows.map(({ payload }) => checkedAlarm(payload) as Told);
  }
  return { ...database, log, webhook, look, told };
}
