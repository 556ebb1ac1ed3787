import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../database/transaction.ts';
import { replacedAtOnce } from './secrets/rotate.ts';
import type { Webhook, WebhookSettings } from './webhook.ts';

/** Tells workers, when the transaction commits, to read a webhook again. */
type Teller = { tellChanged(tx: Tx, webhookId: string): void };

/** The settings that the requests of a webhook are made of. */
const OF_REQUESTS = [
  'url',
  'content_type',
  'secret_token',
  'signatures',
  'headers',
  'auth',
  'format',
] as const satisfies (keyof WebhookSettings)[];

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
  const isChanged = OF_REQUESTS.some((name) => !isDeepStrictEqual(before[name], after[name]));
  if (isChanged) teller.tellChanged(tx, after.id);
}
