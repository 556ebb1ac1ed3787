import { certificateFacts } from '../request/auth/mtls.ts';
import { openedSecrets, type Stored, type VaultDb, type WebhookSecrets } from './row-secrets.ts';
import { SecretsLocked } from './vault.ts';

/** The certificate that a webhook shows to its endpoint. */
type ClientCertificate = { webhookId: string; subject: string; expiresAt: string };

/** `next`: behind this webhook the next step goes on; null: that was the end. */
export type CertificateStep = { certificates: ClientCertificate[]; next: string | null };

type Row = Stored<WebhookSecrets> & { id: string };

/**
 * The client certificates of up to `limit` active webhooks behind `after`. Those whose secrets do
 * not open here are left out: whoever sends for them says so.
 */
export async function findCertificates(
  { db, vault }: VaultDb,
  after: string | null,
  limit: number,
): Promise<CertificateStep> {
  const { rows } = await db.query<Row>(
    `select id, secret_token, headers, auth, signing_key, sealed
     from webhooks
     where ($1::uuid is null or id > $1) and active and deleted_at is null
       and (sealed is not null or auth ->> 'type' = 'mtls')
     order by id limit $2`,
    [after, limit],
  );
  const certificates = rows.flatMap((row) => {
    const auth = authOf({ db, vault }, row);
    if (auth?.type !== 'mtls') return [];
    const { subject = '', expires_at: expiresAt } = certificateFacts(auth.certificate);
    return expiresAt === undefined ? [] : [{ webhookId: row.id, subject, expiresAt }];
  });
  return { certificates, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}

function authOf({ vault }: VaultDb, row: Row): WebhookSecrets['auth'] {
  try {
    return openedSecrets(vault, row).auth;
  } catch (error) {
    if (error instanceof SecretsLocked) return null;
    throw error;
  }
}
