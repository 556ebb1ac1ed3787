import { LRUCache } from 'lru-cache';
import type { Queryable } from '../../database/pool.ts';
import { Overloaded } from '../../database/shared-commit.ts';
import type { SchemaThreads } from '../../schemas/schema-threads.ts';
import type { EventDraft } from '../event.ts';
import { EventInvalid, EventTypeArchived, EventTypeNotFound } from './event-type.ts';

type Checked = Pick<EventDraft, 'type' | 'payload'>;

/** Why an event cannot be taken. */
export type EventFault = EventTypeNotFound | EventTypeArchived | EventInvalid;

type PayloadCheckParts = {
  /** Events of types that nobody has created are taken as well. */
  isOpen: boolean;
  schemas: SchemaThreads;
};

/** A type as the database has it now. `state` is another one when its schema is. */
type TypeState = { name: string; state: string; archived: boolean; hasSchema: boolean };

/** The schema of a type in one of its states, as JSON. */
type KeptSchema = { state: string; schema: string };

/** Most characters of the schemas that are kept. */
const MAX_KEPT = 16 * 1024 * 1024;

/** So many payloads of one call are with the thread at a time. */
const AT_ONCE = 8;

/** Whether events are of types that there are, and their payloads fit the schemas of these. */
export class PayloadCheck {
  readonly #isOpen: boolean;
  readonly #schemas: SchemaThreads;
  readonly #kept = new LRUCache<string, KeptSchema>({
    max: 10_000,
    maxSize: MAX_KEPT,
    sizeCalculation: ({ schema }) => schema.length + 1,
  });

  constructor({ isOpen, schemas }: PayloadCheckParts) {
    this.#isOpen = isOpen;
    this.#schemas = schemas;
  }

  /**
   * Before any transaction: a schema may take some time.
   * @throws EventTypeNotFound
   * @throws EventTypeArchived
   * @throws EventInvalid
   * @throws Overloaded when this machine has no processor for it
   */
  async check(db: Queryable, event: Checked): Promise<void> {
    const first = await this.firstFault(db, [event]);
    if (first !== undefined) throw first.fault;
  }

  /** The first event of several that cannot be taken, by its place; undefined: all can. */
  async firstFault(
    db: Queryable,
    events: readonly Checked[],
  ): Promise<{ index: number; fault: EventFault } | undefined> {
    const faultOf = await this.#judgeOf(db, events);
    for (let from = 0; from < events.length; from += AT_ONCE) {
      const faults = await Promise.all(events.slice(from, from + AT_ONCE).map(faultOf));
      const at = faults.findIndex((fault) => fault !== undefined);
      const fault = faults[at];
      if (fault !== undefined) return { index: from + at, fault };
    }
    return undefined;
  }

  /**
   * Begins to check several events. @returns of each why it cannot be taken; undefined: it can.
   * Each is told when it is known: some may take long.
   */
  async begin(
    db: Queryable,
    events: readonly Checked[],
  ): Promise<Promise<EventFault | undefined>[]> {
    return events.map(await this.#judgeOf(db, events));
  }

  /** Reads the types of all of these events at once. */
  async #judgeOf(db: Queryable, events: readonly Checked[]) {
    const names = [...new Set(events.map(({ type }) => type))];
    const { rows } = await db.query<TypeState>(
      `select name, created_at::text || ' ' || version as state,
         archived_at is not null as archived, schema is not null as "hasSchema"
       from event_types where name = any ($1::text[])`,
      [names],
    );
    const types = new Map(rows.map((row) => [row.name, row]));
    const schemas = await this.#schemasOf(db, rows);
    return (event: Checked) => this.#faultOf(event, types.get(event.type), schemas);
  }

  /** The schemas of types, of which those are read that have changed since they were kept. */
  async #schemasOf(db: Queryable, types: TypeState[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const missing: string[] = [];
    for (const { name, state, hasSchema } of types) {
      if (!hasSchema) continue;
      const kept = this.#kept.get(name);
      if (kept?.state === state) found.set(name, kept.schema);
      else missing.push(name);
    }
    if (missing.length === 0) return found;
    const { rows } = await db.query<{ name: string } & KeptSchema>(
      `select name, created_at::text || ' ' || version as state, schema::text
       from event_types where name = any ($1::text[]) and schema is not null`,
      [missing],
    );
    for (const { name, ...kept } of rows) {
      this.#kept.set(name, kept);
      found.set(name, kept.schema);
    }
    return found;
  }

  async #faultOf(
    { type, payload }: Checked,
    state: TypeState | undefined,
    schemas: ReadonlyMap<string, string>,
  ): Promise<EventFault | undefined> {
    if (state === undefined) return this.#isOpen ? undefined : new EventTypeNotFound(type);
    if (state.archived) return new EventTypeArchived(type);
    const schema = schemas.get(type);
    if (schema === undefined) return undefined;
    const validation = await this.#schemas.validate(schema, payload);
    switch (validation.kind) {
      case 'fits':
        return undefined;
      case 'misfit':
        return new EventInvalid(validation.pointer, validation.message);
      case 'not_json':
        return new EventInvalid('', validation.message);
      case 'too_slow':
        return new EventInvalid('', 'takes too long to be held against the schema of its type');
      case 'starved':
        throw new Overloaded();
    }
  }
}
