import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { BadRequest } from '../problem.ts';

const SECURE_HEADERS = {
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'X-Xss-Protection': '1; mode=block',
  'Content-Security-Policy': "frame-ancestors 'none'",
};

/** More than any client and chain of proxies sends. */
const MAX_HEADERS = 100;

/** What every answer of every port carries. */
export function headersOfEveryAnswer(requestId: string): Record<string, string> {
  return { ...SECURE_HEADERS, 'X-Request-Id': requestId };
}

/**
 * Sets the security headers, and X-Request-Id: the caller's where it is a plain token, else a new
 * one.
 */
export const answerHeaders: RequestHandler = (req, res, next) => {
  const given = String(req.headers['x-request-id'] ?? '');
  const requestId = /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  for (const [name, value] of Object.entries(headersOfEveryAnswer(requestId)))
    res.setHeader(name, value);
  next();
};

/**
 * Refuses too many headers: Node.js would silently drop all behind the 1,000th. Refuses HTTP/1.1
 * without a Host, and more than one Host, of which Node.js would use the first (RFC 9112, section
 * 3.2). The connection ends then, as a proxy in between may read differently what follows.
 */
export const checkHeaders: RequestHandler = (req, res, next) => {
  const fault = faultOf(req);
  if (fault === undefined) return next();
  res.set('Connection', 'close');
  throw fault;
};

function faultOf({ rawHeaders, headers, httpVersion }: IncomingMessage): BadRequest | undefined {
  if (rawHeaders.length / 2 > MAX_HEADERS)
    return new BadRequest('long_head', `a request may have at most ${MAX_HEADERS} headers`);
  if (headers.host === undefined && httpVersion === '1.1')
    return new BadRequest('no_http', 'the header Host is missing');
  const hosts = rawHeaders.filter(
    (name, i) => i % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host',
  );
  return hosts.length > 1
    ? new BadRequest('no_http', 'the header Host is there more than once')
    : undefined;
}
