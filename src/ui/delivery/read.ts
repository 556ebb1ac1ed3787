import type { ApiClient, Schemas } from '../../client/api.ts';
import type { Known } from '../../client/explaining/explanation.ts';
import { readKnown } from '../../client/known.ts';
import { fitting } from '../fitting.ts';

type Attempt = Schemas['DeliveryAttempt'];

/** What a page about a delivery shows. `older`: where its attempts go on; null where they end. */
export type Read = Known & { older: string | null };

const ATTEMPTS = 10;

/**
 * Reads a delivery again. Attempts may be long, and never change: those that were read `before` are
 * kept, unless there is a newer one.
 */
export async function readDelivery(
  api: ApiClient,
  id: string,
  before: Read | undefined,
): Promise<Read> {
  const known = await readKnown(api, id, 1);
  if (before !== undefined && known.attempts[0]?.id === before.attempts[0]?.id)
    return { ...known, attempts: before.attempts, older: before.older };
  const newest = await readAttempts(api, id);
  const ids = new Set(newest.attempts.map((attempt) => attempt.id));
  // Where none of them is known, others may lie between: the page was hidden for long.
  const old = before?.attempts ?? [];
  const rest = old.some((attempt) => ids.has(attempt.id))
    ? old.filter((attempt) => !ids.has(attempt.id))
    : [];
  return {
    ...known,
    attempts: [...newest.attempts, ...rest],
    older: rest.length > 0 ? (before?.older ?? null) : newest.older,
  };
}

/** The attempts before those that were read. */
export async function withOlder(api: ApiClient, read: Read): Promise<Read> {
  if (read.older === null) return read;
  const { attempts, older } = await readAttempts(api, read.delivery.id, read.older);
  return { ...read, attempts: [...read.attempts, ...attempts], older };
}

async function readAttempts(
  api: ApiClient,
  delivery_id: string,
  cursor?: string,
): Promise<{ attempts: Attempt[]; older: string | null }> {
  const { delivery_attempts, next_cursor } = await fitting((limit) => {
    const query = { delivery_id, limit, ...(cursor === undefined ? {} : { cursor }) };
    return api.get('/delivery-attempts', { query });
  }, ATTEMPTS);
  return { attempts: delivery_attempts, older: next_cursor };
}
