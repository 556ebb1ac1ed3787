import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import type { Log } from '../telemetry/log.ts';
import { problemOf } from './problem.ts';
import { requestIdOf } from './middleware/request-log.ts';

/** An Express app without what costs time and is not used here. Paths are case-sensitive. */
export function bareApp(): Express {
  const app = express();
  app.enable('case sensitive routing');
  for (const setting of ['x-powered-by', 'etag']) app.disable(setting);
  app.set('query parser', 'simple');
  return app;
}

/** Answers failures. A 500 or 503 is logged with the stack of its error, which no caller sees. */
export function answerProblem(log: Log): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- because Express knows a handler of errors by its four
  return (error: unknown, _req: Request, res: Response, next: NextFunction) => {
    const { status, body, headers } = problemOf(error);
    if (status >= 500)
      log[status === 500 ? 'error' : 'warn']('http.failed', {
        request_id: requestIdOf(res),
        error,
      });
    // Answered already, because the request broke off: leave that answer alone.
    if (res.writableEnded) return;
    if (res.headersSent) return next(error);
    res
      .set(headers ?? {})
      .status(status)
      .json(body);
  };
}
