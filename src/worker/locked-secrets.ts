import { LRUCache } from 'lru-cache';
import type { Log } from '../telemetry/log.ts';
import type { SecretsLocked } from '../webhooks/secrets/vault.ts';

/** A webhook is named again after this time, in milliseconds. */
const TELL_EVERY_MS = 30_000;

/** Webhooks that are remembered. With more of them each is named more often. */
const REMEMBERED = 1000;

/**
 * Tells the log of webhooks whose secrets cannot be read, each at most once in 30 s: a thousand
 * claims of one gave 500 lines.
 */
export class LockedSecrets {
  readonly #log: Log;
  readonly #told = new LRUCache<string, true>({ max: REMEMBERED, ttl: TELL_EVERY_MS });

  constructor(log: Log) {
    this.#log = log;
  }

  tell(webhookId: string, error: SecretsLocked): void {
    if (this.#told.has(webhookId)) return;
    this.#told.set(webhookId, true);
    this.#log.error('webhook.secrets_locked', {
      webhook_id: webhookId,
      key_id: error.keyId,
      reason: error.reason,
      error,
    });
  }
}
