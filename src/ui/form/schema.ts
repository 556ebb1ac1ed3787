/** A schema of openapi.yaml, as far as forms are made of it. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  anyOf?: Schema[];
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  description?: string;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
};

/** The schemas of the document of an API, by their names. */
export type Schemas = Record<string, Schema>;

/** How a field is shown. */
type Kind =
  | 'flag'
  | 'number'
  | 'choice'
  | 'choices'
  | 'numbers'
  | 'words'
  | 'pairs'
  | 'json'
  | 'group'
  | 'text';

export type Field = {
  name: string;
  kind: Kind;
  isRequired: boolean;
  description: string;
  schema: Schema;
  /** The fields of a group. */
  fields: Field[];
};

/** The schemas in a document. @throws where it has none */
export function schemasIn(document: unknown): Schemas {
  const { components } = document as { components?: { schemas?: Schemas } };
  if (components?.schemas === undefined) throw new Error('The API has no description of itself.');
  return components.schemas;
}

/** The fields of an object that a client may set. Those that the API ignores are left out. */
export function fieldsOf(schemas: Schemas, name: string): Field[] {
  const { properties = {}, required = [] } = schemas[name] ?? {};
  return Object.entries(properties)
    .filter(([, { description = '' }]) => !description.startsWith('Ignored'))
    .map(([name, outer]) => {
      const { schema, inner } = resolved(schemas, outer);
      return {
        name,
        kind: kindOf(schema),
        isRequired: required.includes(name),
        description: outer.description ?? schema.description ?? '',
        schema,
        fields: inner === undefined ? [] : fieldsOf(schemas, inner),
      };
    });
}

/** A schema without the choice of null, and the name under which it is defined. */
function resolved(schemas: Schemas, schema: Schema): { schema: Schema; inner?: string } {
  const one = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  const inner = one.$ref?.split('/').at(-1);
  return inner === undefined ? { schema: one } : { schema: schemas[inner] ?? {}, inner };
}

function kindOf(schema: Schema): Kind {
  switch (typeOf(schema)) {
    case 'boolean':
      return 'flag';
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      if (schema.items?.enum !== undefined) return 'choices';
      return typeOf(schema.items ?? {}) === 'integer' ? 'numbers' : 'words';
    case 'object':
      if (schema.properties !== undefined) return 'group';
      return typeof schema.additionalProperties === 'object' ? 'pairs' : 'json';
    default:
      return schema.enum === undefined ? 'text' : 'choice';
  }
}

/** The type beside null. */
const typeOf = ({ type }: Schema): string | undefined =>
  Array.isArray(type) ? type.find((one) => one !== 'null') : type;

/** What may be chosen; null is no choice but none. */
export const choicesOf = ({ enum: values = [] }: Schema): string[] =>
  values.filter((value) => typeof value === 'string');
