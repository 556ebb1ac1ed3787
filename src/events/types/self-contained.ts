import { isObject, isSchema, own, type JsonSchema } from '../../schemas/json-schema.ts';
import { withReferences } from '../../schemas/references.ts';
import { MAX_SCHEMA_BYTES, schemaText } from '../../schemas/text.ts';
import { SCHEMAS } from './document.ts';
import { EventTypeRefused } from './event-type.ts';

type Components = Record<string, unknown>;

/** Makes schemas of a document stand alone: what they refer to is stored with them. */
export class SelfContained {
  readonly #components: Components;
  /** How many bytes components have, by name: the same one may be asked for often. */
  readonly #sizes = new Map<string, number>();

  constructor(components: Components) {
    this.#components = components;
  }

  /** The schema with all that its references lead to. @throws EventTypeRefused */
  of(schema: unknown): JsonSchema {
    if (!isSchema(schema)) throw refusal('must be an object or a boolean');
    const home = homeOf(schema);
    const collecting = new Collecting(home, (name) => this.#component(name));
    if (home !== undefined) return collecting.whole(this.#component(home).schema);
    sizeOf(schema);
    return collecting.whole(schema);
  }

  #component(name: string): { schema: JsonSchema; bytes: number } {
    const schema = own(this.#components, name);
    if (!isSchema(schema))
      throw refusal(`refers to ${SCHEMAS}${name.slice(0, 100)}, which is none`);
    const bytes = this.#sizes.get(name) ?? sizeOf(schema);
    this.#sizes.set(name, bytes);
    return { schema, bytes };
  }
}

/** One schema whose references are followed. */
class Collecting {
  readonly #home: string | undefined;
  readonly #component: (name: string) => { schema: JsonSchema; bytes: number };
  /** The names that components get in `$defs`, by their own names. */
  readonly #names = new Map<string, string>();
  #taken = new Set<string>();
  #bytes = 0;

  constructor(
    home: string | undefined,
    component: (name: string) => { schema: JsonSchema; bytes: number },
  ) {
    this.#home = home;
    this.#component = component;
  }

  whole(schema: JsonSchema): JsonSchema {
    if (!isObject(schema)) return schema;
    const given = own(schema, '$defs');
    const definitions = isObject(given) ? given : {};
    this.#taken = new Set(Object.keys(definitions));
    const root = this.#renamed(schema);
    const collected: [string, JsonSchema][] = [];
    // A map that grows meanwhile is walked to its end.
    for (const [name, key] of this.#names) {
      const component = this.#component(name);
      this.#bytes += component.bytes;
      if (this.#bytes > MAX_SCHEMA_BYTES)
        throw refusal(`has more than ${MAX_SCHEMA_BYTES} bytes with all that it refers to`);
      collected.push([key, this.#renamed(component.schema)]);
    }
    if (collected.length === 0 || !isObject(root)) return root;
    const defs = isObject(root['$defs']) ? root['$defs'] : {};
    return { ...root, $defs: { ...defs, ...Object.fromEntries(collected) } };
  }

  #renamed(schema: JsonSchema): JsonSchema {
    return withReferences(schema, (reference) => this.#rename(reference));
  }

  #rename(reference: string): string {
    if (!reference.startsWith(SCHEMAS))
      throw refusal(`refers to ${reference.slice(0, 100)}, which is not in components.schemas`);
    const [name = '', ...rest] = reference.slice(SCHEMAS.length).split('/');
    const below = rest.map((part) => `/${part}`).join('');
    if (name === this.#home) return `#${below}`;
    return `#/$defs/${this.#keyOf(name)}${below}`;
  }

  #keyOf(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    let key = name;
    for (let i = 2; this.#taken.has(key); i += 1) key = `${name}_${i}`;
    this.#taken.add(key);
    this.#names.set(name, key);
    return key;
  }
}

/** The component that a schema is a reference to, and nothing else. */
function homeOf(schema: JsonSchema): string | undefined {
  if (!isObject(schema) || Object.keys(schema).length !== 1) return undefined;
  const reference = own(schema, '$ref');
  const isWhole = typeof reference === 'string' && reference.startsWith(SCHEMAS);
  const name = isWhole ? reference.slice(SCHEMAS.length) : '';
  return isWhole && !name.includes('/') ? name : undefined;
}

function sizeOf(schema: JsonSchema): number {
  const written = schemaText(schema);
  if ('text' in written) return Buffer.byteLength(written.text);
  throw refusal(written.fault.message);
}

function refusal(message: string): EventTypeRefused {
  return new EventTypeRefused(`schema: ${message}`);
}
