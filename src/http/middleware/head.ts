import type { RequestHandler } from 'express';

/**
 * HEAD is GET without a body (RFC 9110, section 9.3.2). openapi.yaml has no HEAD of its own, so
 * what follows sees a GET. Node.js leaves out the body, as a response remembers the method that its
 * request came with.
 */
export const takeHeadAsGet: RequestHandler = (req, _res, next) => {
  if (req.method === 'HEAD') req.method = 'GET';
  next();
};

/** The methods of an `Allow` header, with HEAD where GET is among them (RFC 9110, section 9.1). */
export function withHead(allow: string): string {
  return allow.replace(/\bGET\b/, 'GET, HEAD');
}
