import type { RequestHandler } from 'express';
import { beginning, metadataFault, type Metadata } from '../../webhooks/metadata.ts';
import { BadRequest } from '../problem.ts';
import type { SpecDocument } from '../spec.ts';
import type { ValidatedRequest } from './request-log.ts';

/**
 * The filter `metadata.NAME=VALUE`, where names are any. The validator knows parameters by their
 * whole names, and beside a parameter that is an object of any members it refuses no unknown
 * parameter any more. So the validator is not told of this one: it is read here.
 */
const FILTER = '#/components/parameters/MetadataFilter';

type WithParameters = { operationId?: string; parameters?: { $ref?: string }[] };

/** A document for the validator, without the filter; and the operations that have it. */
export function withoutMetadataFilter(document: SpecDocument): {
  document: SpecDocument;
  filtered: ReadonlySet<string>;
} {
  const filtered = new Set<string>();
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const methods = Object.entries(item).map(([method, operation]) => {
      const { operationId = '', parameters } = (operation ?? {}) as WithParameters;
      if (!Array.isArray(parameters)) return [method, operation] as const;
      const others = parameters.filter(({ $ref }) => $ref !== FILTER);
      if (others.length < parameters.length) filtered.add(operationId);
      return [method, { ...operation, parameters: others }] as const;
    });
    return [path, Object.fromEntries(methods)] as const;
  });
  return { document: { ...document, paths: Object.fromEntries(paths) }, filtered };
}

/** A request with the pairs that its query asked for. */
export type FilteredRequest = ValidatedRequest & { metadataFilter?: Metadata };

/**
 * Takes the pairs of a query out of it, for operations that filter by them.
 * @throws BadRequest that names the pair at fault
 */
export function takeMetadataFilter(filtered: ReadonlySet<string>): RequestHandler {
  return (req: FilteredRequest, _res, next) => {
    const start = req.url.indexOf('?');
    if (start >= 0 && filtered.has(req.openapi?.schema.operationId ?? '')) {
      const { pairs, rest } = pairsOf(req.url.slice(start + 1));
      if (pairs.length > 0) {
        req.metadataFilter = filterOf(pairs);
        req.url = `${req.url.slice(0, start)}?${rest}`;
      }
    }
    next();
  };
}

type Pair = [name: string, value: string];

/** `metadata.customer=42`, and the same as OpenAPI writes it: `metadata[customer]=42`. */
const NAMED = /^metadata(?:\.([^]*)|\[([^]*)\])$/;

/** What stays is as it was written. */
function pairsOf(query: string): { pairs: Pair[]; rest: string } {
  const pairs: Pair[] = [];
  const rest = query.split('&').filter((part) => {
    const [[name, value] = ['', '']] = new URLSearchParams(part);
    const found = NAMED.exec(name);
    if (found) pairs.push([found[1] ?? found[2] ?? '', value]);
    return found === null;
  });
  return { pairs, rest: rest.join('&') };
}

function filterOf(pairs: Pair[]): Metadata {
  const filter = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (filter.has(name))
      throw new BadRequest('invalid', `metadata.${beginning(name)}: is given twice`);
    filter.set(name, value);
  }
  // Sorted, so that a cursor knows the same filter in another order.
  const metadata = Object.fromEntries([...filter].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const fault = metadataFault(metadata);
  if (fault !== undefined) throw new BadRequest('invalid', fault);
  return metadata;
}
