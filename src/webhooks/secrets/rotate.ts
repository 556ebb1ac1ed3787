import type { Tx } from '../../database/transaction.ts';
import { makeSigningPair } from '../request/signing/ed25519.ts';
import { keeperOfHub } from '../request/signing/signing-secrets.ts';
import type { Webhook } from '../webhook.ts';
import type { VaultDb, VaultTx } from './row-secrets.ts';
import {
  endOldSecrets,
  findOldSecrets,
  findPresentSecret,
  keepSecret,
  noteNewToken,
  noteSecretEnded,
  setSecret,
  takeHub,
  type OldSecret,
  type PresentSecret,
  type SecretValue,
} from './secret-store.ts';
import {
  MAX_SECRETS,
  SecretIsCurrent,
  SecretNotFound,
  TokenRefused,
  TooManySecrets,
  type WebhookSecret,
} from './secret.ts';

/**
 * `seconds`: how long the secret that is replaced still signs. `hub`: which of the two makes
 * `X-Hub-Signature` meanwhile.
 */
export type Rotation = { token: string; seconds: number; hub: 'new' | 'old' };

/**
 * Gives a webhook, which is locked, its next secret. The one that it had still signs for a while,
 * if there was one.
 * @returns the new one, with its token.
 * @throws TokenRefused, TooManySecrets
 */
export async function rotateSecret(
  { tx, vault }: VaultTx,
  { id, signatures }: Pick<Webhook, 'id' | 'signatures'>,
  { token, seconds, hub }: Rotation,
): Promise<WebhookSecret & { secret_token: string }> {
  const present = (await findPresentSecret({ db: tx, vault }, id)) as PresentSecret;
  const old = await findOldSecrets({ db: tx, vault }, id);
  const isKept = seconds > 0 && isSecret(present);
  refuse({ token, valid: [present, ...old], kept: old.length + Number(isKept) });
  if (hub === 'new') await takeHub(tx, id);
  if (isKept) await keepSecret({ tx, vault }, id, { ...present, hub: hub === 'old', seconds });
  const pair = signatures.includes('standard_ed25519') ? makeSigningPair() : NO_PAIR;
  const next = await setSecret({ tx, vault }, id, { secret_token: token, ...pair });
  const hasHub = hub === 'new' || !(isKept || keeperOfHub(old));
  return { ...shownPresent(next, hasHub), secret_token: token };
}

const NO_PAIR = { signing_key: null, public_key: null };

type Asked = { token: string; valid: SecretValue[]; kept: number };

function refuse({ token, valid, kept }: Asked): void {
  if (valid.some(({ secret_token }) => secret_token === token))
    throw new TokenRefused('must not be a secret that is valid already');
  if (kept >= MAX_SECRETS) throw new TooManySecrets();
}

/**
 * A PUT or PATCH has replaced the token of a webhook, which is locked: at once, as in version 2.1,
 * and with it all that still signed.
 */
export async function replacedAtOnce(tx: Tx, webhookId: string): Promise<void> {
  await endOldSecrets(tx, webhookId);
  await noteNewToken(tx, webhookId);
}

/**
 * Ends a secret of a webhook, which is locked, that was replaced and still signs.
 * @throws SecretIsCurrent, SecretNotFound
 */
export async function endSecret(
  { tx, vault }: VaultTx,
  webhookId: string,
  id: string,
): Promise<void> {
  const ended = await endOldSecrets(tx, webhookId, id);
  if (ended.length > 0) return noteSecretEnded(tx, webhookId);
  const present = await findPresentSecret({ db: tx, vault }, webhookId);
  if (present?.id === id && isSecret(present)) throw new SecretIsCurrent();
  throw new SecretNotFound();
}

/**
 * The valid secrets of a webhook, the present one first, then the newest first. They are read again
 * where another one became the present one meanwhile. Undefined: no such webhook.
 */
export async function listSecrets(
  by: VaultDb,
  webhookId: string,
): Promise<WebhookSecret[] | undefined> {
  const present = await findPresentSecret(by, webhookId);
  if (present === undefined) return undefined;
  const old = await findOldSecrets(by, webhookId);
  if ((await findPresentSecret(by, webhookId))?.id !== present.id)
    return listSecrets(by, webhookId);
  const hubId = keeperOfHub(old)?.id;
  const current = isSecret(present) ? [shownPresent(present, hubId === undefined)] : [];
  return [...current, ...old.map((one) => shownOld(one, one.id === hubId))];
}

/** A webhook that does not sign has none, even if it has kept its pair of keys. */
const isSecret = ({ secret_token, signatures }: PresentSecret) =>
  secret_token !== '' || signatures.includes('standard_ed25519');

function shownPresent({ id, public_key, set_at }: PresentSecret, hub: boolean): WebhookSecret {
  return { id, current: true, hub, public_key, set_at, expires_at: null };
}

function shownOld({ id, public_key, set_at, expires_at }: OldSecret, hub: boolean): WebhookSecret {
  return { id, current: false, hub, public_key, set_at, expires_at };
}
