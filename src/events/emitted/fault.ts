import type { Queryable } from '../../database/pool.ts';
import { EventInvalid, EventTypeArchived, EventTypeNotFound } from '../types/event-type.ts';
import type { PayloadCheck } from '../types/payload-check.ts';
import type { Emitted } from './emitted-store.ts';

/**
 * What is wrong with an event that an application emitted; undefined: nothing is. Its transaction
 * has committed, so that nobody is there to be refused.
 */
export async function faultOf(
  check: PayloadCheck,
  db: Queryable,
  event: Pick<Emitted, 'type' | 'payload'>,
): Promise<string | undefined> {
  try {
    await check.check(db, event);
    return undefined;
  } catch (error) {
    if (error instanceof EventTypeNotFound) return `there is no event type "${event.type}"`;
    if (error instanceof EventTypeArchived) return `the event type "${event.type}" is archived`;
    if (error instanceof EventInvalid) return `payload${error.pointer}: ${error.message}`;
    throw error;
  }
}
