import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { HeldReason } from '../../src/deliveries/delivery.ts';
import { heldReason, heldReasonSql } from '../../src/deliveries/may-run.ts';
import type { WebhookSettings } from '../../src/webhooks/webhook.ts';
import { freshDatabase } from '../setup/database.ts';
import { addWebhook } from '../setup/rows.ts';

/** Every case stands for both forms of the rule: the one for claims, and the one in SQL. */
const CASES: [when: string, settings: Partial<WebhookSettings>, then: HeldReason | null][] = [
  ['active', { active: true }, null],
  ['inactive', { active: false }, 'webhook_inactive'],
];

suite('may it run', { concurrency: 2 }, () => {
  for (const [when, settings, then] of CASES) {
    test(`the webhook is ${when} → ${then ?? 'yes'}, for a claim as in SQL`, async (t) => {
      const database = await freshDatabase(t);
      const webhook = await addWebhook(database, settings);
      const { rows } = await database.pool.query<{ reason: HeldReason | null }>(
        `select ${heldReasonSql('w')} as reason from webhooks as w where w.id = $1`,
        [webhook.id],
      );
      assert.deepEqual([heldReason(webhook), rows[0]?.reason], [then, then]);
    });
  }
});
