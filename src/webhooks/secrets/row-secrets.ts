import type { Queryable } from '../../database/pool.ts';
import type { Tx } from '../../database/transaction.ts';
import type { OldSigningSecret, StoredRequestSettings } from '../request/request-settings.ts';
import type { SendingWebhook, StoredSendingWebhook, WebhookSettings } from '../webhook.ts';
import type { Vault } from './vault.ts';

/** A transaction or a reader, and what encrypts and opens the secrets that go through it. */
export type VaultTx = { tx: Tx; vault: Vault };
export type VaultDb = { db: Queryable; vault: Vault };

/** All that is secret in a row of webhooks. */
export type WebhookSecrets = Pick<WebhookSettings, 'secret_token' | 'headers' | 'auth'> & {
  signing_key: string | null;
};

/** All that is secret in a row of webhook_secrets. */
export type OldSecrets = Pick<OldSigningSecret, 'secret_token' | 'signing_key'>;

/** As they are in the database: plain, or all of them encrypted, and the columns for them empty. */
export type Stored<Secrets> = Secrets & { sealed: string | null };

const NO_SECRETS: WebhookSecrets = { secret_token: '', headers: {}, auth: null, signing_key: null };
const NO_OLD_SECRETS: OldSecrets = { secret_token: '', signing_key: null };

const webhookOwner = (id: string) => `webhooks ${id}`;
const oldOwner = (id: string) => `webhook_secrets ${id}`;

/** The secrets of a webhook for its row. */
export function storedSecrets(
  vault: Vault,
  id: string,
  secrets: WebhookSecrets,
): Stored<WebhookSecrets> {
  const { secret_token, headers, auth, signing_key } = secrets;
  if (vault.keyId === undefined || !hasSecrets(secrets)) return { ...secrets, sealed: null };
  const sealed = vault.seal(webhookOwner(id), { secret_token, headers, auth, signing_key });
  return { ...NO_SECRETS, sealed };
}

/** Writes stored secrets to a row of webhooks: the parameters behind the first, `secretValues`. */
export const SET_SECRETS =
  'secret_token = $2, headers = $3, auth = $4, signing_key = $5, sealed = $6';

/** The values for the parameters of `SET_SECRETS`. */
export function secretValues(stored: Stored<WebhookSecrets>): unknown[] {
  const { secret_token, headers, auth, signing_key, sealed } = stored;
  return [secret_token, headers, auth, signing_key, sealed];
}

/** @throws SecretsLocked */
export function openedSecrets(
  vault: Vault,
  { id, sealed, ...plain }: Stored<WebhookSecrets> & { id: string },
): WebhookSecrets {
  return sealed === null ? plain : (vault.open(webhookOwner(id), sealed) as WebhookSecrets);
}

function hasSecrets({ secret_token, headers, auth, signing_key }: WebhookSecrets): boolean {
  return (
    secret_token !== '' || Object.keys(headers).length > 0 || auth !== null || signing_key !== null
  );
}

/** A secret that was replaced, for its row of webhook_secrets. */
export function storedOldSecrets(
  vault: Vault,
  id: string,
  secrets: OldSecrets,
): Stored<OldSecrets> {
  const { secret_token, signing_key } = secrets;
  if (vault.keyId === undefined) return { secret_token, signing_key, sealed: null };
  const sealed = vault.seal(oldOwner(id), { secret_token, signing_key });
  return { ...NO_OLD_SECRETS, sealed };
}

/** @throws SecretsLocked */
export function openedOldSecrets(
  vault: Vault,
  { id, sealed, secret_token, signing_key }: Stored<OldSecrets> & { id: string },
): OldSecrets {
  if (sealed === null) return { secret_token, signing_key };
  return vault.open(oldOwner(id), sealed) as OldSecrets;
}

/** A row of webhooks as its owner sees it, without what only the database has. */
export function openedWebhook<Row extends ShownRow>(
  vault: Vault,
  { sealed, ...row }: Row & { sealed: string | null },
): Omit<Row, 'sealed'> {
  if (sealed === null) return row;
  const { secret_token, headers, auth } = vault.open(
    webhookOwner(row.id),
    sealed,
  ) as WebhookSecrets;
  return { ...row, secret_token, headers, auth };
}

type ShownRow = { id: string } & Omit<WebhookSecrets, 'signing_key'>;

/**
 * A webhook as a worker has read it, with its secrets. One without encrypted secrets is left as it
 * is. @throws SecretsLocked
 */
export function openedForSending(vault: Vault, webhook: StoredSendingWebhook): SendingWebhook {
  const { id, request } = webhook;
  if (request === null || !isSealed(request)) return webhook as SendingWebhook;
  const { headers, auth, signing_key, sealed } = request;
  const plain = { secret_token: webhook.secret_token, headers, auth, signing_key };
  const { secret_token, ...opened } = openedSecrets(vault, { id, sealed, ...plain });
  const old = request.old_secrets?.map((one) => ({ ...one, ...openedOldSecrets(vault, one) }));
  return {
    ...webhook,
    secret_token,
    request: { ...request, ...opened, old_secrets: old ?? null, sealed: null },
  };
}

function isSealed({ sealed, old_secrets }: StoredRequestSettings): boolean {
  return sealed !== null || (old_secrets?.some((one) => one.sealed !== null) ?? false);
}
