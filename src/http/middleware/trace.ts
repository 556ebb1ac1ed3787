import type { Request, RequestHandler } from 'express';
import { traceContextOf } from '../../telemetry/trace-context.ts';

/** A request with the trace that it belongs to, as it is stored; undefined: it tells of none. */
export type TracedRequest = Request & { traceContext?: string | undefined };

/** Reads `traceparent` and `tracestate`. What is malformed counts as not there. */
export const readTrace: RequestHandler = (req, _res, next) => {
  const { traceparent, tracestate } = req.headers;
  if (traceparent !== undefined)
    (req as TracedRequest).traceContext = traceContextOf({ traceparent, tracestate });
  next();
};
