import type { Request, RequestHandler, Response } from 'express';
import type { Log } from '../log.ts';

/** One line a request when it is over. Routes are logged by their template and queries not at all: neither ids nor values leak. */
export function logRequests(log: Log): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    res.on('close', () => {
      log.info('http.request', {
        method: req.method,
        route: routeOf(req),
        status: res.statusCode,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        requestId: requestIdOf(res),
        ...(res.writableFinished ? {} : { aborted: true }),
      });
    });
    next();
  };
}

export function requestIdOf(res: Response): string {
  return String(res.getHeader('X-Request-Id') ?? '');
}

/** The path as openapi.yaml has it; undefined for a path that it does not have. */
export function routeOf(req: Request): string | undefined {
  return (req as ValidatedRequest).openapi?.openApiRoute;
}

/** What express-openapi-validator leaves on a request. */
export type ValidatedRequest = Request & {
  openapi?: { openApiRoute: string; pathParams: Record<string, string>; schema: { operationId?: string } };
};
