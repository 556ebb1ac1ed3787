import type { Tx } from '../../database/transaction.ts';
import type { Signature } from '../request/signing/signatures.ts';
import { NEXT_VERSION } from '../webhook-sql.ts';
import {
  openedOldSecrets,
  openedSecrets,
  secretValues,
  SET_SECRETS,
  storedOldSecrets,
  storedSecrets,
  type Stored,
  type VaultDb,
  type VaultTx,
  type WebhookSecrets,
} from './row-secrets.ts';
import type { Vault } from './vault.ts';

/** The value of a secret: it may have no token, or no pair of keys. */
export type SecretValue = {
  secret_token: string;
  signing_key: string | null;
  public_key: string | null;
};

/** `set_at`: null where it is not known. */
type Secret = SecretValue & { id: string; set_at: string | null };

/** With what the webhook signs. */
export type PresentSecret = Secret & { signatures: Signature[] };

/** `hub`: it keeps `X-Hub-Signature`, and the oldest one of these has it. */
export type OldSecret = Secret & { hub: boolean; expires_at: string };

type StoredSecret = Stored<WebhookSecrets> &
  Omit<PresentSecret, keyof WebhookSecrets> & { webhook_id: string };

/** The present secret of a webhook. Undefined: no such webhook. @throws SecretsLocked */
export async function findPresentSecret(
  { db, vault }: VaultDb,
  webhookId: string,
): Promise<PresentSecret | undefined> {
  const { rows } = await db.query<StoredSecret>(
    `select id as webhook_id, secret_id as id, secret_token, headers, auth, signing_key, sealed,
       public_key, secret_set_at as set_at, signatures
     from webhooks
     where id = $1 and deleted_at is null`,
    [webhookId],
  );
  return rows[0] && presentSecret(vault, rows[0]);
}

function presentSecret(vault: Vault, row: StoredSecret): PresentSecret {
  const { webhook_id, id, public_key, set_at, signatures, ...stored } = row;
  const { secret_token, signing_key } = openedSecrets(vault, { ...stored, id: webhook_id });
  return { id, secret_token, signing_key, public_key, set_at, signatures };
}

/**
 * The secrets that were replaced and still sign, the newest first. @throws SecretsLocked
 */
export async function findOldSecrets(
  { db, vault }: VaultDb,
  webhookId: string,
): Promise<OldSecret[]> {
  const { rows } = await db.query<Stored<OldSecret>>(
    `select id, secret_token, signing_key, sealed, public_key, set_at, hub, expires_at
     from webhook_secrets
     where webhook_id = $1 and expires_at > now()
     order by replaced_at desc`,
    [webhookId],
  );
  return rows.map(({ sealed, ...row }) => ({
    ...row,
    ...openedOldSecrets(vault, { ...row, sealed }),
  }));
}

/**
 * Keeps a secret that is being replaced for so long. The webhook is locked, so that the times of
 * its secrets follow each other, even where the clock of the database is set back.
 */
export async function keepSecret(
  { tx, vault }: VaultTx,
  webhookId: string,
  { hub, seconds, ...secret }: Secret & { hub: boolean; seconds: number },
): Promise<void> {
  const stored = storedOldSecrets(vault, secret.id, secret);
  await tx.query(
    `insert into webhook_secrets
       (id, webhook_id, secret_token, signing_key, sealed, public_key, set_at, hub, replaced_at,
        expires_at)
     select $1, $2, $3, $4, $5, $6, $7, $8,
       greatest(clock_timestamp(), max(replaced_at) + interval '1 microsecond'),
       clock_timestamp() + make_interval(secs => $9)
     from webhook_secrets where webhook_id = $2`,
    [
      secret.id,
      webhookId,
      stored.secret_token,
      stored.signing_key,
      stored.sealed,
      secret.public_key,
      secret.set_at,
      hub,
      seconds,
    ],
  );
}

/** Gives a webhook, which is locked, its next secret. @throws SecretsLocked */
export async function setSecret(
  { tx, vault }: VaultTx,
  webhookId: string,
  { secret_token, signing_key, public_key }: SecretValue,
): Promise<PresentSecret> {
  const before = (await lockSecrets({ tx, vault }, webhookId)) as WebhookSecrets;
  const stored = storedSecrets(vault, webhookId, { ...before, secret_token, signing_key });
  const { rows } = await tx.query<StoredSecret>(
    `update webhooks
     set ${SET_SECRETS}, public_key = $7, ${IS_NEW_SECRET}, ${OLD_SECRETS_UNTIL}, ${NEXT_VERSION}
     where id = $1
     returning id as webhook_id, secret_id as id, secret_token, headers, auth, signing_key, sealed,
       public_key, secret_set_at as set_at, signatures`,
    [webhookId, ...secretValues(stored), public_key],
  );
  return presentSecret(vault, rows[0] as StoredSecret);
}

/**
 * All secrets of a webhook, which nobody else changes until the transaction ends. Undefined: no
 * such webhook. @throws SecretsLocked
 */
export async function lockSecrets(
  { tx, vault }: VaultTx,
  id: string,
): Promise<WebhookSecrets | undefined> {
  const { rows } = await tx.query<Stored<WebhookSecrets> & { id: string }>(
    `select id, secret_token, headers, auth, signing_key, sealed
     from webhooks
     where id = $1 and deleted_at is null
     for no key update`,
    [id],
  );
  return rows[0] && openedSecrets(vault, rows[0]);
}

/** The token of a webhook was replaced by another statement: it counts as a secret of its own. */
export async function noteNewToken(tx: Tx, webhookId: string): Promise<void> {
  await tx.query(`update webhooks set ${IS_NEW_SECRET}, ${OLD_SECRETS_UNTIL} where id = $1`, [
    webhookId,
  ]);
}

/** From now on the present secret makes `X-Hub-Signature`. */
export async function takeHub(tx: Tx, webhookId: string): Promise<void> {
  await tx.query('update webhook_secrets set hub = false where webhook_id = $1 and hub', [
    webhookId,
  ]);
}

/** Ends one secret that still signs, or all of them. @returns the ids of those that it ended. */
export async function endOldSecrets(tx: Tx, webhookId: string, id?: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `delete from webhook_secrets
     where webhook_id = $1 and ($2::uuid is null or id = $2) and expires_at > now()
     returning id`,
    [webhookId, id ?? null],
  );
  return rows.map((row) => row.id);
}

/** The secrets of a webhook, which is locked, have changed. */
export async function noteSecretEnded(tx: Tx, webhookId: string): Promise<void> {
  await tx.query(`update webhooks set ${OLD_SECRETS_UNTIL}, ${NEXT_VERSION} where id = $1`, [
    webhookId,
  ]);
}

const IS_NEW_SECRET = 'secret_id = gen_random_uuid(), secret_set_at = clock_timestamp()';

/** Whoever reads a webhook looks for old secrets until then. */
const OLD_SECRETS_UNTIL = `old_secrets_until = (
  select max(expires_at) from webhook_secrets where webhook_id = webhooks.id)`;

type Ended = { id: string; webhook_id: string };

/** As an expression of SQL: `removeEnded` would find one. */
export const HAS_ENDED_SECRET = `coalesce((
  select expires_at from webhook_secrets order by expires_at limit 1) <= now(), false)`;

/**
 * Removes up to `limit` secrets whose time is over: nobody needs their values any more. Those of a
 * webhook that somebody holds are left for the next time. Webhooks are locked in the order of their
 * ids, and before their secrets, as everybody does.
 */
export async function removeEnded(tx: Tx, limit: number): Promise<Ended[]> {
  const { rows: free } = await tx.query<{ id: string }>(
    `select id from webhooks
     where id = any (array(
       select webhook_id from webhook_secrets where expires_at <= now()
       order by expires_at limit $1))
     order by id
     for no key update skip locked`,
    [limit],
  );
  const ids = free.map(({ id }) => id);
  const { rows } = await tx.query<Ended>(
    `delete from webhook_secrets
     where webhook_id = any ($1::uuid[]) and expires_at <= now()
     returning id, webhook_id`,
    [ids],
  );
  await tx.query(`update webhooks set ${OLD_SECRETS_UNTIL} where id = any ($1::uuid[])`, [ids]);
  return rows;
}
