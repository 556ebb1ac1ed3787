import type { Request, RequestHandler, Response } from 'express';
import { traceContextOf } from '../../telemetry/trace-context.ts';
import type { Tracing } from '../../telemetry/tracing.ts';
import type { ValidatedRequest } from './request-log.ts';
import type { TracedRequest } from './traced-request.ts';

/**
 * Reads `traceparent` and `tracestate`, of which what is malformed counts as not there. Where
 * traces are recorded, the request has a span, and what it creates belongs to that.
 */
export function followTrace(tracing: Tracing | undefined): RequestHandler {
  return (req: TracedRequest, res, next) => {
    const { traceparent, tracestate } = req.headers;
    const told =
      traceparent === undefined ? undefined : traceContextOf({ traceparent, tracestate });
    if (tracing) req.traceContext = record(tracing, { req, res, told });
    else if (told !== undefined) req.traceContext = told;
    next();
  };
}

type Recorded = { req: Request; res: Response; told: string | undefined };

function record(tracing: Tracing, { req, res, told }: Recorded): string {
  // Later a HEAD is a GET, see takeHeadAsGet.
  const span = tracing.startCall(req.method, told);
  res.on('close', () => {
    const route = (req as ValidatedRequest).openapi?.openApiRoute;
    span.end({ route, status: res.statusCode, aborted: !res.writableFinished });
  });
  return span.context;
}
