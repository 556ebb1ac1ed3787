import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Unauthorized } from '../problem.ts';

/**
 * RFC 6750, section 2.1. One space or more between scheme and key; the scheme in any case (RFC
 * 9110, section 11.1).
 */
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * Refuses a request without a known key in `Authorization: Bearer <key>`. `digests` are the SHA-256
 * of the known keys, in hexadecimal; where there are none, no key is needed.
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

/** Takes the same time for every key, right or wrong, so that the time does not give it away. */
function isOneOf(known: readonly Buffer[], key: string): boolean {
  const digest = createHash('sha256').update(key).digest();
  let matches = 0;
  for (const one of known) matches += timingSafeEqual(one, digest) ? 1 : 0;
  return matches > 0;
}
