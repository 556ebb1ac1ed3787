import type { Spec } from './callers-view.ts';

/**
 * What counts for an operation that can be tried without effect, by its name: a call of its own.
 * The generator knows one success of a call, and would give what was counted for an operation.
 */
const COUNTS: Record<string, string> = {
  redeliverDeliveries: 'countRedelivery',
  eraseDeliveries: 'countErasure',
};

/** No path of the API. The SDKs send these calls to the one before it, with `dry_run`. */
const SUFFIX = '/dry-run';

type Call = {
  operationId: string;
  summary: string;
  description: string;
  requestBody?: {
    content: { 'application/json': { schema: { $ref?: string }; examples?: object } };
  };
  responses: Record<string, unknown>;
};

/**
 * The description in which what counts is a call of its own, with the same body but for `dry_run`.
 * @throws where it names no such call
 */
export function withDryRuns(spec: Spec): Spec {
  for (const [path, { post }] of Object.entries(spec.paths)) {
    const call = post as Call | undefined;
    const content = call?.requestBody?.content['application/json'];
    const input = spec.components.schemas[content?.schema.$ref?.split('/').at(-1) ?? ''];
    if (call === undefined || input?.properties?.['dry_run'] === undefined) continue;
    delete input.properties['dry_run'];
    delete content?.examples;
    spec.paths[path + SUFFIX] = { post: countOf(call) };
    delete call.responses['200'];
  }
  return spec;
}

function countOf(call: Call): Call {
  const operationId = COUNTS[call.operationId];
  if (operationId === undefined) throw new Error(`${call.operationId}: what counts for it?`);
  const { '202': _operation, ...responses } = call.responses;
  return {
    ...call,
    operationId,
    summary: 'Count what it would be',
    description: `Counts what \`${call.operationId}\` would begin with, and changes nothing.`,
    responses,
  };
}
