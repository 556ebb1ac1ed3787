import { openedForSending, type VaultDb } from './secrets/row-secrets.ts';
import { webhookColumns, webhookOf, type JoinedWebhook } from './webhook-sql.ts';
import type { SendingWebhook } from './webhook.ts';

/**
 * A webhook as a worker has it, with its secrets. Undefined: there is none.
 * @throws SecretsLocked
 */
export async function findForSending(
  { db, vault }: VaultDb,
  id: string,
): Promise<SendingWebhook | undefined> {
  const { rows } = await db.query<JoinedWebhook>(
    `select ${webhookColumns('w')} from webhooks w where w.id = $1 and w.deleted_at is null`,
    [id],
  );
  return rows[0] && openedForSending(vault, webhookOf(rows[0]));
}
