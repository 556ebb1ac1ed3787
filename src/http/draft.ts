import type { Draft } from '../deliveries/accept.ts';
import type { components } from './openapi.d.ts';
import { BadRequest } from './problem.ts';
import { utcTime } from './time.ts';

type DeliveryInput = components['schemas']['DeliveryInput'];

/**
 * The delivery that a client asks for. @throws BadRequest for what JSON Schema cannot say; its
 * message begins with the name of the field
 */
export function draftOf(input: DeliveryInput): Draft {
  return {
    webhookId: input.webhook_id,
    payload: input.payload ?? '',
    orderingKey: input.ordering_key ?? undefined,
    expiresAt: expiryIn(input.expires_at),
  };
}

/**
 * A delivery must not be attempted after its time, so a time that is finer than the database's is
 * rounded down. @throws BadRequest where no answer could show it
 */
function expiryIn(time: string | null | undefined): string | undefined {
  if (time === undefined || time === null) return undefined;
  const utc = utcTime(time, 'down');
  if (utc.endsWith('infinity'))
    throw new BadRequest('invalid', 'expires_at: must be in the years 1 to 9999 of UTC');
  return utc;
}
