import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

/** On every answer of every port. */
const SECURE_HEADERS = {
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'X-Xss-Protection': '1; mode=block',
  'Content-Security-Policy': "frame-ancestors 'none'",
};

/** Sets the security headers, and X-Request-Id: the caller's where it is a plain token, else a new one. */
export const answerHeaders: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id') ?? '';
  const requestId = /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  res.set(SECURE_HEADERS).set('X-Request-Id', requestId);
  next();
};
