import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretsLocked } from '../../src/webhooks/secrets/vault.ts';
import { LockedSecrets } from '../../src/worker/locked-secrets.ts';
import { keepingLog } from '../setup/parts.ts';

test('a thousand claims of a webhook whose secrets are locked → one line in the log, as for another webhook', () => {
  const log = keepingLog();
  const locked = new LockedSecrets(log);
  const error = new SecretsLocked({ owner: 'webhooks a', keyId: 'k1', reason: 'key_missing' });
  for (let i = 0; i < 1000; i += 1) locked.tell('a', error);
  locked.tell('b', error);
  assert.deepEqual(
    log.lines.map(({ event, level, fields }) => [
      event,
      level,
      fields['webhook_id'],
      fields['key_id'],
    ]),
    [
      ['webhook.secrets_locked', 'error', 'a', 'k1'],
      ['webhook.secrets_locked', 'error', 'b', 'k1'],
    ],
  );
});
