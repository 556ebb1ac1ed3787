/** A type of events, by its name. Named as the columns and the API's fields. */
export type EventType = {
  name: string;
  description: string;
  /** What payloads must be, by JSON Schema 2020-12; null: anything. */
  schema: Record<string, unknown> | boolean | null;
  example: unknown;
  compatibility: Compatibility;
  /** Grows with each change of the schema. */
  version: number;
  archived_at: string | null;
  created_at: string;
  updated_at: string;
};

/** `backward`: what fitted the schema before fits the next one, and no member goes. */
export const COMPATIBILITIES = ['backward', 'none'] as const;
export type Compatibility = (typeof COMPATIBILITIES)[number];

/** What a client gives. `schema` and `example` are JSON as text; null: there is none. */
export type EventTypeSettings = {
  description: string;
  schema: string | null;
  example: string | null;
  compatibility: Compatibility;
};

export class EventTypeNotFound extends Error {
  override name = 'EventTypeNotFound';
}

export class EventTypeArchived extends Error {
  override name = 'EventTypeArchived';
}

export class EventTypeExists extends Error {
  override name = 'EventTypeExists';
}

/** A type that cannot be as a client wants it. The message begins with the field. */
export class EventTypeRefused extends Error {
  override name = 'EventTypeRefused';
}

/** A schema that may not follow the one before. The message begins with the place. */
export class SchemaIncompatible extends Error {
  override name = 'SchemaIncompatible';
  /** A place in the schema. */
  readonly pointer: string;

  constructor(pointer: string, message: string) {
    super(message);
    this.pointer = pointer;
  }
}

/** A payload that does not fit the schema of its type. `pointer`: where, as RFC 6901 writes it. */
export class EventInvalid extends Error {
  override name = 'EventInvalid';
  readonly pointer: string;

  constructor(pointer: string, message: string) {
    super(message);
    this.pointer = pointer;
  }
}
