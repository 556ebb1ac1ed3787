import type { NextFunction, RequestHandler } from 'express';

/**
 * Calls handlers one after the other, as Express does, without matching the path again for each. A
 * handler that throws, or whose promise fails, is the last.
 */
export function inOrder(handlers: readonly RequestHandler[]): RequestHandler {
  return (req, res, next) => {
    let at = 0;
    const goOn: NextFunction = (error?: unknown) => {
      const handler = handlers[at];
      if (error || handler === undefined) return next(error);
      at += 1;
      try {
        const done: unknown = handler(req, res, goOn);
        if (done instanceof Promise) {
          // As Express does.
          // oxlint-disable-next-line no-callback-in-promise, no-promise-in-callback
          done.catch(next);
        }
      } catch (thrown) {
        next(thrown);
      }
    };
    goOn();
  };
}
