import { parse } from 'node:url';
import type { Express, Request, RequestHandler, Response } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import type { Log } from '../telemetry/log.ts';
import { requireApiKey } from './middleware/api-keys.ts';
import { answer, type Answered } from './answer.ts';
import { answerProblem, bareApp } from './bare-app.ts';
import { bodyBounds, type BoundsOf } from './middleware/body-bounds.ts';
import { readBody } from './middleware/body.ts';
import type { DashboardFiles } from './dashboard/files.ts';
import { dashboard } from './middleware/dashboard.ts';
import { docs } from './middleware/docs.ts';
import { FORMATS } from './middleware/formats.ts';
import type { ApiParts, OperationRequest, Operations } from './handler.ts';
import { takeHeadAsGet } from './middleware/head.ts';
import { answerHeaders, checkHeaders } from './middleware/headers.ts';
import { checkHost } from './middleware/hosts.ts';
import { inOrder } from './middleware/in-order.ts';
import { findOperation } from './middleware/operation.ts';
import { checkOperations, createOperations } from './operations.ts';
import {
  takeMetadataFilter,
  withoutMetadataFilter,
  type FilteredRequest,
} from './middleware/metadata-query.ts';
import { checkNumbers } from './middleware/query.ts';
import { followTrace } from './middleware/trace.ts';
import type { TracedRequest } from './middleware/traced-request.ts';
import { logRequests } from './middleware/request-log.ts';
import { apiDocument, readSpec, type SpecDocument } from './spec.ts';

export type ApiOptions = {
  requestBodyLimitBytes: number;
  batchBodyLimitBytes: number;
  /** Most bytes of request bodies at a time, without those of batches. */
  bytesInFlight: number;
  validateResponses: boolean;
  /** SHA-256 of the keys that open the API, in hexadecimal; none: it is open. */
  apiKeyDigests: readonly string[];
  /** The names that it is called by, beside addresses and localhost; undefined: any. */
  hostNames: readonly string[] | undefined;
  /** The dashboard, where it is to be served. */
  dashboard?: DashboardFiles | undefined;
};

/**
 * The API, in the order in which a request meets it. @throws when openapi.yaml and the code do not
 * fit together.
 */
export async function createApi(
  parts: Omit<ApiParts, 'maxPayloadBytes'>,
  options: ApiOptions,
  log: Log,
): Promise<Express> {
  const spec = readSpec();
  const document = apiDocument(spec.document);
  const maxPayloadBytes = options.requestBodyLimitBytes;
  const operations = createOperations({ ...parts, maxPayloadBytes }, log);
  checkOperations(operations, document);

  const app = bareApp();
  const known = withoutMetadataFilter(document);
  const [load, find, ...validate] = await validator(known.document, options.validateResponses);
  const boundsOf = bodyBounds(options);
  app.use(
    inOrder([
      answerHeaders,
      followTrace(parts.tracing),
      logRequests(log, parts.metrics),
      checkHeaders,
      checkHost(options.hostNames),
      docs(spec),
      ...(options.dashboard ? [dashboard(options.dashboard)] : []),
      // For every path, not just those below /v1: there is no way of writing a path that gets
      // around it.
      requireApiKey(options.apiKeyDigests),
      takeHeadAsGet,
      // The operation is known before the body is read, so that 404 and 405 need none and every
      // log line has its route.
      findOperation([load, find]),
      checkNumbers,
      takeMetadataFilter(known.filtered),
      ...readBody(boundsOf),
      ...validate,
      callOperation(operations, boundsOf),
    ]),
  );
  app.use(answerProblem(log));
  return app;
}

/**
 * Refuses what openapi.yaml does not allow. Started here: a broken document would otherwise fail
 * every request with a 500.
 */
async function validator(
  document: SpecDocument,
  validateResponses: boolean,
): Promise<[RequestHandler, RequestHandler, ...RequestHandler[]]> {
  const middleware = OpenApiValidator.middleware({
    apiSpec: document as unknown as Parameters<typeof OpenApiValidator.middleware>[0]['apiSpec'],
    validateRequests: { allowUnknownQueryParameters: false },
    validateResponses,
    validateSecurity: false,
    fileUploader: false,
    formats: FORMATS,
  });
  warnOfUrlParse();
  const [first] = middleware;
  await new Promise<void>((resolve, reject) => {
    first?.({ app: bareApp() } as unknown as Request, {} as Response, (error?: unknown) =>
      error ? reject(error) : resolve(),
    );
  });
  return middleware as [RequestHandler, RequestHandler, ...RequestHandler[]];
}

/**
 * The validator calls `url.parse` for each request. Until Node.js has warned of that function once,
 * it looks through the stack at each call, as it does not warn of libraries: 4.2 µs instead of 0.3.
 * So it warns here, where warnings of this kind are off.
 */
function warnOfUrlParse(): void {
  const wasOff = process.noDeprecation === true;
  process.noDeprecation = true;
  parse('/');
  process.noDeprecation = wasOff;
}

function callOperation(operations: Operations, boundsOf: BoundsOf): RequestHandler {
  return async (req, res) => {
    const { openapi, metadataFilter } = req as FilteredRequest;
    const id = openapi?.schema.operationId as keyof Operations | undefined;
    if (openapi === undefined || id === undefined)
      throw Object.assign(new Error('no such route'), { status: 404 });
    // The validator has checked that the request is what this operation takes.
    const handler = operations[id] as (
      request: OperationRequest<keyof Operations>,
    ) => Promise<Answered>;
    const request = {
      params: openapi.pathParams,
      query: metadataFilter ? { ...req.query, metadata: metadataFilter } : req.query,
      headers: req.headers,
      rawHeaders: req.rawHeaders,
      body: req.body,
      traceContext: (req as TracedRequest).traceContext,
      isGone: () => res.destroyed,
    } as unknown as OperationRequest<keyof Operations>;
    const result = await boundsOf(req).inFlight.during(res, handler(request));
    // The rest of the request did not come meanwhile, and that was answered.
    if (res.headersSent) return;
    answer(req, res, result);
  };
}
