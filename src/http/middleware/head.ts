import type { RequestHandler } from 'express';

/**
 * HEAD is GET without a body (RFC 9110, section 9.3.2). What follows takes it for a GET, as
 * openapi.yaml has no HEAD of its own, and Node.js leaves the body out: an answer knows what it was
 * asked by from the start.
 */
export const takeHeadAsGet: RequestHandler = (req, _res, next) => {
  if (req.method === 'HEAD') req.method = 'GET';
  next();
};

/** The methods of an `Allow` header, with HEAD where GET is among them (RFC 9110, section 9.1). */
export function withHead(allow: string): string {
  return allow.replace(/\bGET\b/, 'GET, HEAD');
}
