import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../database/transaction.ts';
import type { Webhook } from '../webhook.ts';
import { replacedAtOnce } from './rotate.ts';

/** Tells workers, when the transaction commits, to read a webhook again. */
type Teller = { tellChanged(tx: Tx, webhookId: string): void };

/** What the requests of a webhook are made of. */
const REQUEST_SETTINGS = [
  'url',
  'content_type',
  'secret_token',
  'signatures',
  'headers',
  'auth',
  'public_key',
] as const satisfies (keyof Webhook)[];

/**
 * To be called where settings of a webhook, which is locked, were replaced. Another token ends the
 * secrets that it had. Where requests become others, workers are told.
 */
export async function noteChange(
  tx: Tx,
  { before, after }: { before: Webhook; after: Webhook },
  teller: Teller,
): Promise<void> {
  if (before.secret_token !== after.secret_token) await replacedAtOnce(tx, after.id);
  const isChanged = REQUEST_SETTINGS.some((name) => !isDeepStrictEqual(before[name], after[name]));
  if (isChanged) teller.tellChanged(tx, after.id);
}
