import type { Request, RequestHandler, Response } from 'express';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

/**
 * One line a request when it is over, and its time in the metrics. Routes are logged by their
 * template and queries not at all: neither ids nor values leak.
 */
export function logRequests(log: Log, metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    // Later the request of a HEAD says GET.
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
  openapi?: {
    openApiRoute: string;
    pathParams: Record<string, string>;
    schema: { operationId?: string };
  };
};
