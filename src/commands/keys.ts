import type { Config } from '../config.ts';
import type { Pool } from '../database/pool.ts';
import { CommandError } from '../process/command-error.ts';
import { keysInUse } from '../webhooks/secrets/keys-in-use.ts';
import { Vault } from '../webhooks/secrets/vault.ts';

/**
 * What opens and encrypts secrets with the keys of the settings. @throws CommandError where
 * something in the database is encrypted with another key
 */
export async function openVault(pool: Pool, { encryptionKeys }: Config): Promise<Vault> {
  const vault = new Vault(encryptionKeys);
  const missing = (await keysInUse(pool)).filter((id) => !vault.keyIds.includes(id));
  if (missing.length === 0) return vault;
  const ids = missing.map((id) => JSON.stringify(id)).join(', ');
  throw new CommandError(
    `Secrets of webhooks are encrypted with ${missing.length === 1 ? 'the key' : 'the keys'} ${ids}, ` +
      `which POSTMAND_ENCRYPTION_KEYS ${encryptionKeys.length === 0 ? 'does not have, as it is not set' : 'does not have'}. ` +
      'Add what is missing to it; docs/security.md says how keys are changed.',
  );
}
