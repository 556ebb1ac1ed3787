import { BatchTooWide, EventNotFound } from '../events/event.ts';
import {
  EventInvalid,
  EventTypeArchived,
  EventTypeExists,
  EventTypeNotFound,
  EventTypeRefused,
  SchemaIncompatible,
} from '../events/types/event-type.ts';
import { problem, type Problem } from './problems.ts';

const TOO_WIDE = 'up to here the batch goes to too many webhooks: send fewer events at a time';

const NAME_TAKEN = 'name: there is an event type with this name, archived or not';

/** What is wrong with an event or its type; undefined: it is something else. */
export function problemOfEvent(error: unknown): Problem | undefined {
  if (error instanceof EventNotFound) return problem('event_not_found');
  if (error instanceof BatchTooWide) return problem('too_large', { details: TOO_WIDE });
  if (error instanceof EventTypeNotFound)
    return problem('event_type_not_found', { details: 'type: no event type has this name' });
  if (error instanceof EventTypeArchived)
    return problem('event_type_archived', { details: 'type: it is archived' });
  if (error instanceof EventTypeExists)
    return problem('event_type_exists', { details: NAME_TAKEN });
  if (error instanceof EventTypeRefused) return problem('invalid', { details: error.message });
  if (error instanceof SchemaIncompatible)
    return at(error.pointer, problem('schema_incompatible', { details: error.message }));
  if (error instanceof EventInvalid)
    return at(
      error.pointer,
      problem('event_invalid', { details: `payload${error.pointer}: ${error.message}` }),
    );
  return undefined;
}

/** A problem with the place that it is about. */
function at(pointer: string, { body, ...others }: Problem): Problem {
  return { ...others, body: { ...body, pointer } };
}
