import { EventInvalid, EventTypeArchived, type EventTypeNotFound } from '../types/event-type.ts';

/** What the API says of an event that an application emitted, and that goes to nobody. */
export function faultText(
  type: string,
  fault: EventTypeNotFound | EventTypeArchived | EventInvalid,
): string {
  if (fault instanceof EventInvalid) return `payload${fault.pointer}: ${fault.message}`;
  if (fault instanceof EventTypeArchived) return `the event type "${type}" is archived`;
  return `there is no event type "${type}"`;
}
