import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import type { HeldReason } from '../../src/deliveries/delivery.ts';
import {
  heldReason,
  heldReasonSql,
  LATER_SECONDS,
  NEAR_SECONDS,
} from '../../src/deliveries/may-run.ts';
import { gateOf, gateSql } from '../../src/webhooks/webhook-state.ts';
import { freshDatabase } from '../setup/database.ts';
import { addWebhook } from '../setup/rows.ts';
import { wholeFile } from '../setup/whole-file.ts';

type Situation = {
  active?: boolean;
  state?: { state?: string; paused?: string; over_window?: boolean; probe?: string };
  id?: string;
  behind?: boolean;
  wait?: number;
  test?: boolean;
  redelivered?: boolean;
};

const FAILING = { state: 'failing' };
const PAUSED = { paused: '1 hour' };
const OVER = { over_window: true };
const ONE = randomUUID();

/** Every case stands for both forms of the rule: the one for claims, and the one in SQL. */
const CASES: [when: string, situation: Situation, then: HeldReason | null][] = [
  ['nothing speaks against it', {}, null],
  ['its webhook is inactive', { active: false }, 'webhook_inactive'],
  ['its webhook is failing', { state: FAILING }, 'endpoint_failing'],
  ['its webhook is recovering', { state: { state: 'recovering' } }, null],
  ['its webhook is healthy again', { state: { state: 'healthy' } }, null],
  ['its webhook is paused', { state: PAUSED }, 'endpoint_paused'],
  ['its webhook is paused without end', { state: { paused: 'infinity' } }, 'endpoint_paused'],
  ['the pause is over', { state: { paused: '-1 second' } }, null],
  ['another delivery of its key is before it', { behind: true }, 'ordered'],
  ['it is due much later', { wait: LATER_SECONDS + 1 }, 'later'],
  ['it is due soon', { wait: LATER_SECONDS }, null],
  [
    'it is due soon, and its webhook has as many jobs as it may',
    { wait: NEAR_SECONDS, state: OVER },
    null,
  ],
  [
    'everything speaks against it',
    { active: false, state: { ...FAILING, ...PAUSED, ...OVER }, behind: true, wait: 1e6 },
    'webhook_inactive',
  ],
  [
    'all but that its webhook is inactive',
    { state: { ...FAILING, ...PAUSED, ...OVER }, behind: true, wait: 1e6 },
    'endpoint_failing',
  ],
  [
    'paused, behind and later',
    { state: { ...PAUSED, ...OVER }, behind: true, wait: 1e6 },
    'endpoint_paused',
  ],
  ['behind and later', { state: OVER, behind: true, wait: 1e6 }, 'ordered'],
  ['it is a test, and its webhook is inactive', { test: true, active: false }, null],
  [
    'it is a test, and everything else speaks against it',
    { test: true, active: false, state: { ...FAILING, ...PAUSED, ...OVER }, wait: 1e6 },
    null,
  ],
];

suite('may it run', async () => {
  const database = await freshDatabase(wholeFile);

  for (const [when, situation, then] of CASES) {
    test(`${when} → ${then ?? 'yes'}, for a claim as in SQL`, async () => {
      const [claim, sql] = await both(situation);
      assert.deepEqual([claim, sql], [then, then]);
    });
  }

  test('its webhook is failing, and it is the probe → yes, for a claim', async () => {
    const [claim] = await both({ id: ONE, state: { ...FAILING, probe: ONE } });
    assert.equal(claim, null);
  });

  test('its webhook has as many jobs as it may → backlog in SQL, unless it has its place', async () => {
    const [claim, placed, coming] = await both({ state: OVER });
    assert.deepEqual([claim, placed, coming], [null, null, 'backlog']);
  });

  const MANY: [when: string, situation: Situation, then: HeldReason][] = [
    ['nothing else speaks against it', {}, 'redelivery'],
    ['its webhook has as many jobs as it may', { state: OVER }, 'redelivery'],
    ['it is due much later', { wait: LATER_SECONDS + 1 }, 'later'],
    ['another delivery of its key is before it', { behind: true }, 'ordered'],
    ['its webhook is paused', { state: PAUSED }, 'endpoint_paused'],
  ];
  for (const [when, situation, then] of MANY)
    test(`it was redelivered with many others, and ${when} → ${then} in SQL, also in its place`, async () => {
      const [claim, placed, coming] = await both({ ...situation, redelivered: true });
      assert.deepEqual([placed, coming], [then, then]);
      // A claim has waited behind the others already.
      assert.equal(claim, then === 'redelivery' ? null : then);
    });

  test('its webhook has as many jobs as it may, and it is due in some time → later', async () => {
    const [, , coming] = await both({ state: OVER, wait: NEAR_SECONDS + 1 });
    assert.equal(coming, 'later');
  });

  async function both(situation: Situation) {
    const { active = true, state, behind = false, wait = 0, id = ONE, test = false } = situation;
    const { redelivered = false } = situation;
    const webhook = await addWebhook(database, { active });
    if (state)
      await database.pool.query(
        `insert into webhook_states
           (webhook_id, state, paused_until, over_window, probe_delivery_id)
         values ($1, $2,
           case when $3 = 'infinity' then 'infinity' else now() + $3::text::interval end, $4, $5)`,
        [
          webhook.id,
          state.state ?? 'healthy',
          state.paused ?? null,
          state.over_window ?? false,
          state.probe ?? null,
        ],
      );
    const names = { webhook: 'w', state: 's' };
    const known = { behind: '$2::boolean', wait: '$3::float8', test: '$4::boolean' };
    const facts = { ...known, redelivered: '$5::boolean' };
    const { rows } = await database.pool.query<{
      gate: string | null;
      placed: HeldReason | null;
      coming: HeldReason | null;
    }>(
      `select ${heldReasonSql(names, { ...facts, placed: true })} as placed,
         ${heldReasonSql(names, facts)} as coming, ${gateSql('w.id')} as gate
       from webhooks w left join webhook_states s on s.webhook_id = w.id
       where w.id = $1`,
      [webhook.id, behind, wait, test, redelivered],
    );
    const [row] = rows;
    assert.ok(row);
    const ordering_key = behind ? 'key' : null;
    const delivery = { id, ordering_key, is_head: false, waitSeconds: wait, test };
    return [heldReason(webhook, gateOf(row.gate), delivery), row.placed, row.coming] as const;
  }
});
