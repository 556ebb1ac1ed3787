import type { Pool } from '../../database/pool.ts';
import { Overloaded } from '../../database/shared-commit.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { SchemaThreads } from '../../schemas/schema-threads.ts';
import { findEventType, insertEventType, updateEventType } from './event-type-store.ts';
import { EventTypeExists, EventTypeRefused, type EventType } from './event-type.ts';
import { judgeType, type WantedType } from './judge.ts';

/** Where types are kept, and what reads their schemas. */
export type TypeParts = { pool: Pool; schemas: SchemaThreads };

/** The path of the document of all types. */
const RESERVED_NAME = 'openapi.json';

export const DEFAULTS: WantedType = {
  description: '',
  schema: null,
  example: null,
  compatibility: 'backward',
};

/**
 * @throws EventTypeExists where there is a type with this name, archived or not
 * @throws EventTypeRefused
 */
export async function createEventType(
  { pool, schemas }: TypeParts,
  name: string,
  wanted: WantedType,
): Promise<EventType> {
  refuseReserved(name);
  const judged = await judgeType(schemas, wanted, undefined);
  const created = await inTransaction(pool, (tx) => insertEventType(tx, name, judged));
  if (created === undefined) throw new EventTypeExists(name);
  return created;
}

/** @throws EventTypeRefused */
export function refuseReserved(name: string): void {
  if (name === RESERVED_NAME)
    throw new EventTypeRefused(`name: ${RESERVED_NAME} is the path of the document of all types`);
}

/** How often a change begins anew, as somebody else has changed the type meanwhile. */
const TRIES = 10;

/**
 * Changes a type to what `wanted` makes of it. Nothing is locked while its schemas are read: if
 * somebody else has changed it by then, that counts, and all is judged again.
 * @throws EventTypeNotFound
 * @throws EventTypeRefused
 * @throws SchemaIncompatible
 */
export async function changeEventType(
  { pool, schemas }: TypeParts,
  name: string,
  wanted: (before: EventType) => WantedType,
): Promise<EventType> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = await findEventType(pool, name);
    const judged = await judgeType(schemas, wanted(before), before);
    const changed = await inTransaction(pool, (tx) => updateEventType(tx, before, judged));
    if (changed !== undefined) return changed;
  }
  throw new Overloaded();
}
