import type { Queryable } from '../../database/pool.ts';
import {
  openedOldSecrets,
  openedSecrets,
  secretValues,
  SET_SECRETS,
  storedOldSecrets,
  storedSecrets,
  type OldSecrets,
  type Stored,
  type VaultTx,
  type WebhookSecrets,
} from './row-secrets.ts';
import { SecretsLocked, type Vault } from './vault.ts';

/**
 * Rows that are rewritten in one transaction. A change of a webhook that meets one of them waits
 * for it: 8 ms, at a load of ten on two cores.
 */
const STEP = 50;

/** A step through a table. `last` is null at its end; `locked` cannot be opened. */
export type RekeyStep = {
  rewritten: number;
  last: string | null;
  locked: { id: string; error: SecretsLocked }[];
};

/** A step of a walk through one of the tables, behind the row `after`. */
export type TakeStep = (by: VaultTx, after: string | null) => Promise<RekeyStep>;

/**
 * Stores the secrets of some webhooks as the vault does now: encrypted with its first key, or
 * plain. Rows that are so already are left alone, and those that somebody holds are left for later:
 * to wait for them while others are held could end in a deadlock. `updated_at` stays.
 */
export async function rekeyWebhooks(
  { tx, vault }: VaultTx,
  after: string | null,
): Promise<RekeyStep> {
  const { rows } = await tx.query<Stored<WebhookSecrets> & { id: string }>(
    `select id, secret_token, headers, auth, signing_key, sealed
     from webhooks
     where ($1::uuid is null or id > $1) and ${isOtherwise('$2', WEBHOOK_HAS_PLAIN)}
     order by id
     limit ${STEP}
     for no key update skip locked`,
    [after, vault.keyId ?? null],
  );
  return rewrite(rows, (row) => {
    const next = storedSecrets(vault, row.id, openedSecrets(vault, row));
    tx.later(`update webhooks set ${SET_SECRETS} where id = $1`, [row.id, ...secretValues(next)]);
  });
}

/** The same for secrets that were replaced and still sign. */
export async function rekeyOldSecrets(
  { tx, vault }: VaultTx,
  after: string | null,
): Promise<RekeyStep> {
  const { rows } = await tx.query<Stored<OldSecrets> & { id: string }>(
    `select id, secret_token, signing_key, sealed
     from webhook_secrets
     where ($1::uuid is null or id > $1) and ${isOtherwise('$2', OLD_HAS_PLAIN)}
     order by id
     limit ${STEP}
     for no key update skip locked`,
    [after, vault.keyId ?? null],
  );
  return rewrite(rows, (row) => {
    const next = storedOldSecrets(vault, row.id, openedOldSecrets(vault, row));
    tx.later(
      'update webhook_secrets set secret_token = $2, signing_key = $3, sealed = $4 where id = $1',
      [row.id, next.secret_token, next.signing_key, next.sealed],
    );
  });
}

/** How many rows of both tables are not yet as the vault would store them. */
export async function countOtherwise(db: Queryable, { keyId }: Vault): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select (
       (select count(*) from webhooks where ${isOtherwise('$1', WEBHOOK_HAS_PLAIN)})
       + (select count(*) from webhook_secrets where ${isOtherwise('$1', OLD_HAS_PLAIN)})
     )::integer as count`,
    [keyId ?? null],
  );
  return rows[0]?.count ?? 0;
}

const OLD_HAS_PLAIN = `(secret_token <> '' or signing_key is not null)`;
const WEBHOOK_HAS_PLAIN = `(secret_token <> '' or signing_key is not null or headers <> '{}'
  or auth is not null)`;

/** `keyId` is a parameter of the statement; null: all is to be plain. */
function isOtherwise(keyId: string, hasPlain: string): string {
  return `case when ${keyId}::text is null then sealed is not null
    else coalesce(split_part(sealed, '.', 2) <> ${keyId}, false) or ${hasPlain} end`;
}

function rewrite<Row extends { id: string }>(
  rows: Row[],
  writeAnew: (row: Row) => void,
): RekeyStep {
  const locked: RekeyStep['locked'] = [];
  for (const row of rows) {
    try {
      writeAnew(row);
    } catch (error) {
      if (!(error instanceof SecretsLocked)) throw error;
      locked.push({ id: row.id, error });
    }
  }
  const last = rows.length < STEP ? null : (rows.at(-1)?.id ?? null);
  return { rewritten: rows.length - locked.length, last, locked };
}
