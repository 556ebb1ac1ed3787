import { createHash, createSecretKey } from 'node:crypto';
import type { EncryptionKey } from '../../src/webhooks/secrets/vault.ts';

/** A key of its own for each id. */
export function keyOf(id: string): EncryptionKey {
  return { id, key: createSecretKey(createHash('sha256').update(id).digest()) };
}

/** What has these keys, in the environment of a process. */
export function keySettings(...ids: string[]): { POSTMAND_ENCRYPTION_KEYS: string } {
  const entries = ids.map((id) => `${id}:${keyOf(id).key.export().toString('base64')}`);
  return { POSTMAND_ENCRYPTION_KEYS: entries.join(',') };
}
