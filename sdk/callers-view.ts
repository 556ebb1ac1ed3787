import { parse } from 'yaml';

export type Spec = {
  info: { version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: {
    parameters: Record<string, Record<string, unknown>>;
    schemas: Record<string, { properties?: Record<string, unknown> }>;
  };
};

/** For supervisors, on a port of its own. */
const TAG_LEFT_OUT = 'Health';

/**
 * They protect browsers and say nothing to a caller; in the SDKs they would be four fields of each
 * answer.
 */
const HEADERS_LEFT_OUT = new Set([
  'X-Frame-Options',
  'X-Content-Type-Options',
  'X-Xss-Protection',
  'Content-Security-Policy',
]);

/**
 * Instrumentation of a caller sets them with each request, and others give them as headers of a
 * call. As arguments they would have the name of a member of the body.
 */
const PARAMETERS_LEFT_OUT = ['Traceparent', 'Tracestate'];

/** The part of openapi.yaml that the SDKs are made of. */
export function callersView(yaml: string): Spec {
  const spec = parse(yaml) as Spec;
  spec.tags = spec.tags.filter(({ name }) => name !== TAG_LEFT_OUT);
  for (const [path, item] of Object.entries(spec.paths)) {
    if (Object.values(item).some((operation) => tagsOf(operation).includes(TAG_LEFT_OUT)))
      delete spec.paths[path];
  }
  // Or the TypeScript client would send the `+` of a time's offset as it is, which a server reads
  // as a space.
  for (const parameter of Object.values(spec.components.parameters))
    delete parameter['allowReserved'];
  dropHeaders(spec.paths);
  dropParameters(spec);
  withoutDoubles(spec.components.schemas);
  return spec;
}

function tagsOf(operation: unknown): string[] {
  return (operation as { tags?: string[] } | null)?.tags ?? [];
}

function dropHeaders(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    if (HEADERS_LEFT_OUT.has(key)) delete (node as Record<string, unknown>)[key];
    else dropHeaders(child);
  }
}

function dropParameters({ paths, components }: Spec): void {
  const refs = new Set(PARAMETERS_LEFT_OUT.map((name) => `#/components/parameters/${name}`));
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    const { parameters } = operation as { parameters?: { $ref?: string }[] };
    if (parameters === undefined) continue;
    const left = parameters.filter(({ $ref = '' }) => !refs.has($ref));
    (operation as { parameters?: unknown }).parameters = left;
  }
  for (const name of PARAMETERS_LEFT_OUT) delete components.parameters[name];
}

/**
 * Where a value is an object or something else, what is said of the members of the object would be
 * said twice: the generator makes a union of two equal types, and forgets the other.
 */
function withoutDoubles(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, additionalProperties } = node as { type?: unknown; additionalProperties?: unknown };
  if (Array.isArray(type) && type.includes('boolean') && additionalProperties === true)
    delete (node as Record<string, unknown>)['additionalProperties'];
  for (const child of Object.values(node)) withoutDoubles(child);
}
