import type { RequestHandler } from 'express';
import { BadRequest } from '../problem.ts';

const WHOLE_NUMBERS = new Set(['limit', 'offset']);

/** Refuses `1e2`, `0x10` and ` 2`, which the validator would read as whole numbers. */
export const checkNumbers: RequestHandler = (req, _res, next) => {
  const start = req.originalUrl.indexOf('?');
  if (start >= 0) {
    for (const [name, value] of new URLSearchParams(req.originalUrl.slice(start))) {
      if (WHOLE_NUMBERS.has(name) && !/^-?\d+$/.test(value))
        throw new BadRequest('invalid', `${name}: must be a whole number`);
    }
  }
  next();
};
