import type { Draft } from '../deliveries/accepting/accept.ts';
import { DAYS_AHEAD } from '../deliveries/accepting/schedule.ts';
import { metadataFault, type Metadata } from '../webhooks/metadata.ts';
import type { components } from './openapi.d.ts';
import { BadRequest } from './problem.ts';
import { utcTime } from './time.ts';

type DeliveryInput = components['schemas']['DeliveryInput'];

/**
 * The delivery that a client asks for. @throws BadRequest for what JSON Schema cannot say; its
 * message begins with the name of the field
 */
export function draftOf(input: DeliveryInput): Draft {
  return { webhookId: input.webhook_id, payload: input.payload ?? '', ...termsOf(input) };
}

type Terms = Pick<Draft, 'orderingKey' | 'sendAt' | 'expiresAt' | 'metadata'>;

type TermsInput = Pick<DeliveryInput, 'ordering_key' | 'send_at' | 'expires_at' | 'metadata'>;

/** When and in which order it is sent, and what is noted with it. @throws BadRequest as above */
export function termsOf(input: TermsInput): Terms {
  const sendAt = sendAtIn(input.send_at);
  const expiresAt = expiryIn(input.expires_at);
  // Both have one form, in which text is in the order of time. It is not sent at its last moment.
  if (sendAt !== undefined && expiresAt !== undefined && expiresAt <= sendAt)
    throw new BadRequest('invalid', 'expires_at: must be after send_at');
  return {
    orderingKey: input.ordering_key ?? undefined,
    sendAt,
    expiresAt,
    metadata: metadataIn(input.metadata),
  };
}

/** What is said of a `send_at` that is further ahead than it may be. */
export const TOO_FAR_AHEAD = `send_at: must be at most ${DAYS_AHEAD} days ahead`;

/**
 * A delivery must not be attempted before its time, so a time that is finer than the database's is
 * rounded up. How far ahead it may be is a question for the database's clock.
 * @throws BadRequest where no answer could show it
 */
function sendAtIn(time: string | null | undefined): string | undefined {
  if (time === undefined || time === null) return undefined;
  const utc = utcTime(time, 'up');
  if (utc === 'infinity') throw new BadRequest('invalid', TOO_FAR_AHEAD);
  if (utc === '-infinity')
    throw new BadRequest('invalid', 'send_at: must be in the years 1 to 9999 of UTC');
  return utc;
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

/** No pairs are nothing, which costs the database nothing. @throws BadRequest */
function metadataIn(metadata: Metadata | null | undefined): Metadata | undefined {
  if (metadata === undefined || metadata === null) return undefined;
  const fault = metadataFault(metadata);
  if (fault !== undefined) throw new BadRequest('invalid', fault);
  return Object.keys(metadata).length === 0 ? undefined : metadata;
}
