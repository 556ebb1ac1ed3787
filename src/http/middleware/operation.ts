import type { RequestHandler } from 'express';
import { inOrder } from './in-order.ts';
import type { ValidatedRequest } from './request-log.ts';

/**
 * Finds the operation of a request with `find`, handlers of the validator, which compile and try
 * the paths of openapi.yaml for each request. What they found for a path without parameters is the
 * same for every request, and is kept: there are no more of these than in openapi.yaml.
 */
export function findOperation(find: readonly RequestHandler[]): RequestHandler {
  const findAnew = inOrder(find);
  const known = new Map<string, ValidatedRequest['openapi']>();
  return (req: ValidatedRequest, res, next) => {
    const url = req.originalUrl;
    const key = `${req.method} ${url}`;
    req.openapi = known.get(key);
    if (req.openapi !== undefined) return next();
    void findAnew(req, res, (error?: unknown) => {
      const { openapi } = req;
      const isPlain = openapi?.expressRoute === url && Object.keys(openapi.pathParams).length === 0;
      if (isPlain) known.set(key, openapi);
      next(error);
    });
  };
}
