import { own } from '../../schemas/json-schema.ts';
import { COMPATIBILITY } from './document.ts';
import { COMPATIBILITIES, EventTypeRefused, type Compatibility } from './event-type.ts';
import type { WantedType } from './judge.ts';
import { SelfContained } from './self-contained.ts';

/** What a document says of one type. Null: it does not say which schemas may follow. */
export type ReadType = { name: string } & Omit<WantedType, 'compatibility'> & {
    compatibility: Compatibility | null;
  };

type Members = Record<string, unknown>;

const NAME = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/;
const MAX_NAME = 128;
const MAX_DESCRIPTION = 4096;

/** Whether an event type may have this name. */
export function isTypeName(name: string): boolean {
  return name.length <= MAX_NAME && NAME.test(name);
}

/** Reads the members of `webhooks` in an OpenAPI document, which may be of any form. */
export class TypeReader {
  readonly #document: Members;
  readonly #schemas: SelfContained;

  constructor(document: Members) {
    this.#document = document;
    this.#schemas = new SelfContained(membersOf(own(membersOf(document['components']), 'schemas')));
  }

  get names(): string[] {
    return Object.keys(membersOf(this.#document['webhooks']));
  }

  /** @throws EventTypeRefused */
  read(name: string): ReadType {
    if (!isTypeName(name))
      throw new EventTypeRefused('must be the name of an event type, such as order.paid');
    const item = this.#follow(own(membersOf(this.#document['webhooks']), name));
    const operation = this.#follow(own(item, 'post'));
    if (!Object.hasOwn(item, 'post')) throw new EventTypeRefused('post: is required');
    const media = this.#mediaOf(operation);
    return {
      name,
      description: descriptionOf(name, [operation, item]),
      schema: Object.hasOwn(media, 'schema') ? this.#schemas.of(media['schema']) : null,
      example: this.#exampleOf(media),
      compatibility: compatibilityOf(operation),
    };
  }

  #mediaOf(operation: Members): Members {
    const body = this.#follow(own(operation, 'requestBody'));
    const content = membersOf(own(body, 'content'));
    if (Object.keys(content).length > 0 && !Object.hasOwn(content, 'application/json'))
      throw new EventTypeRefused('post.requestBody.content: must have application/json');
    return membersOf(own(content, 'application/json'));
  }

  #exampleOf(media: Members): unknown {
    if (Object.hasOwn(media, 'example')) return media['example'] ?? null;
    const [first] = Object.values(membersOf(own(media, 'examples')));
    return own(this.#follow(first), 'value') ?? null;
  }

  /** What a reference to another part of the document leads to, or the part itself. */
  #follow(part: unknown): Members {
    const members = membersOf(part);
    const reference = own(members, '$ref');
    if (typeof reference !== 'string') return members;
    const [, section = '', name = ''] = /^#\/components\/(\w+)\/([^/]+)$/.exec(reference) ?? [];
    const found = own(membersOf(own(membersOf(this.#document['components']), section)), name);
    if (found === undefined)
      throw new EventTypeRefused(
        `$ref: leads to nothing in components: ${reference.slice(0, 100)}`,
      );
    return membersOf(found);
  }
}

function descriptionOf(name: string, [operation = {}, item = {}]: Members[]): string {
  const summary = own(operation, 'summary') ?? own(item, 'summary');
  const description =
    own(operation, 'description') ?? own(item, 'description') ?? (summary === name ? '' : summary);
  const text = description ?? '';
  if (typeof text !== 'string' || text.includes('\0') || !text.isWellFormed())
    throw new EventTypeRefused('post.description: must be text without U+0000');
  if (Array.from(text).length > MAX_DESCRIPTION)
    throw new EventTypeRefused(`post.description: may have ${MAX_DESCRIPTION} characters`);
  return text;
}

function compatibilityOf(operation: Members): Compatibility | null {
  const given = own(operation, COMPATIBILITY);
  if (given === undefined || given === null) return null;
  const known = COMPATIBILITIES.find((one) => one === given);
  if (known === undefined)
    throw new EventTypeRefused(`post.${COMPATIBILITY}: must be backward or none`);
  return known;
}

function membersOf(value: unknown): Members {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Members) : {};
}
