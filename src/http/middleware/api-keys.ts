import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Unauthorized } from '../problem.ts';

/**
 * RFC 6750, section 2.1. One space or more between scheme and key; the scheme in any case (RFC
 * 9110, section 11.1).
 */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * Lets through who has a key: `Authorization: Bearer <key>`. Without `digests` (SHA-256, in
 * hexadecimal) it lets everybody through.
 */
export function requireApiKey(digests: readonly string[]): RequestHandler {
  const known = digests.map((digest) => Buffer.from(digest, 'hex'));
  return (req, _res, next) => {
    if (known.length === 0) return next();
    const given = req.headers.authorization;
    const [, key] = BEARER.exec(given ?? '') ?? [];
    if (key === undefined || !isOneOf(known, key))
      throw new Unauthorized(given === undefined ? 'missing' : 'invalid');
    next();
  };
}

/**
 * Takes as long for a wrong key as for a right one, and for the first as for the last: the time
 * tells nothing.
 */
function isOneOf(known: readonly Buffer[], key: string): boolean {
  const digest = createHash('sha256').update(key).digest();
  let matches = 0;
  for (const one of known) matches += timingSafeEqual(one, digest) ? 1 : 0;
  return matches > 0;
}
