import type { Queryable } from '../../src/database/pool.ts';
import { findSendable } from '../../src/deliveries/sendable.ts';
import { openedForSending } from '../../src/webhooks/secrets/row-secrets.ts';
import type { Found } from '../../src/worker/admission.ts';
import { NO_KEYS } from './parts.ts';

/** A delivery as a worker without keys finds it. Undefined: there is none. */
export async function findOne(db: Queryable, id: string): Promise<Found | undefined> {
  const [found] = await findSendable(db, [id]);
  return found && { ...found, webhook: openedForSending(NO_KEYS, found.webhook) };
}
