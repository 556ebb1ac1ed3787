import { readFileSync } from 'node:fs';

/** openapi.yaml as text, as a document, and as the part that one port serves. */
export type Spec = { yaml: string; document: SpecDocument };

export type SpecDocument = {
  openapi: string;
  info: object;
  paths: Record<string, PathItem>;
  components: object;
};
type PathItem = Record<string, { operationId?: string } | undefined>;

/** Served on the health port, not under /v1. */
const HEALTH_PATHS = new Set(['/healthz', '/metrics']);

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace'];

/**
 * openapi.json is generated from openapi.yaml: parsing YAML at each start took 130 ms of CPU, and
 * left 20 MB more in the process.
 */
export function readSpec(): Spec {
  const yaml = textOf('../../openapi.yaml');
  return { yaml, document: JSON.parse(textOf('openapi.json')) as SpecDocument };
}

function textOf(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

/** The operations of the API port only. */
export function apiDocument(document: SpecDocument): SpecDocument {
  const paths = Object.entries(document.paths).filter(([path]) => !HEALTH_PATHS.has(path));
  return { ...document, paths: Object.fromEntries(paths) };
}

export function operationIds(document: SpecDocument): string[] {
  return Object.values(document.paths).flatMap((item) =>
    METHODS.flatMap((method) => item[method]?.operationId ?? []),
  );
}
