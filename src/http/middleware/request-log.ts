import type { Request, RequestHandler, Response } from 'express';
import type { Log } from '../../telemetry/log.ts';
import { traceField } from '../../telemetry/trace-context.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { TracedRequest } from './traced-request.ts';

/**
 * Logs each request when it is over, and puts its time into the metrics. The route is logged as in
 * openapi.yaml, and the query is not, so that no id and no value gets into the log.
 */
export function logRequests(log: Log, metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    // Later a HEAD is a GET, see takeHeadAsGet.
    const { method } = req;
    res.on('close', () => {
      const durationMs = performance.now() - startedAt;
      const { openapi } = req as ValidatedRequest;
      log.info('http.request', {
        method,
        route: openapi?.openApiRoute,
        status: res.statusCode,
        duration_ms: Math.round(durationMs * 10) / 10,
        request_id: requestIdOf(res),
        ...traceField((req as TracedRequest).traceContext),
        ...(res.writableFinished ? {} : { aborted: true }),
      });
      metrics.requestSeconds.observe(
        { operation: openapi?.schema.operationId ?? 'none', status: res.statusCode },
        durationMs / 1000,
      );
    });
    next();
  };
}

export function requestIdOf(res: Response): string {
  return String(res.getHeader('X-Request-Id') ?? '');
}

/** What express-openapi-validator leaves on a request. */
export type ValidatedRequest = Request & {
  openapi?:
    | {
        openApiRoute: string;
        expressRoute: string;
        pathParams: Record<string, string>;
        schema: { operationId?: string; requestBody?: { content?: object } };
      }
    | undefined;
};
