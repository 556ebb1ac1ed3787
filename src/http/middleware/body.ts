import express, { type NextFunction, type Request, type RequestHandler } from 'express';
import type { BodyBounds, BoundsOf } from './body-bounds.ts';
import { parseJson } from './json.ts';
import { BadRequest } from '../problem.ts';
import type { ValidatedRequest } from './request-log.ts';
import type { Turns } from './turns.ts';

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Reads JSON bodies within the bounds of their operations. Anything else is refused before it is
 * read: 415 for another media type, 413 (and the connection closed) for a Content-Length above the
 * limit, 503 (closed as well) where the bodies of other requests leave no room.
 */
export function readBody(boundsOf: BoundsOf): RequestHandler[] {
  return [checkHead(boundsOf), countBytes(boundsOf), readBytes(boundsOf), parseBody(boundsOf)];
}

function readBytes(boundsOf: BoundsOf): RequestHandler {
  const readers = new Map<BodyBounds, RequestHandler>();
  return (req, res, next) => {
    const bounds = boundsOf(req);
    const { limitBytes: limit } = bounds;
    const reader =
      readers.get(bounds) ?? express.raw({ type: 'application/json', limit, inflate: false });
    readers.set(bounds, reader);
    return reader(req, res, next);
  };
}

function parseBody(boundsOf: BoundsOf): RequestHandler {
  return (req, _res, next) => {
    const { turns } = boundsOf(req);
    if (turns !== undefined) return parseInTurns(turns, req, next);
    parse(req);
    return next();
  };
}

/** It is parsed in one turn of the event loop, and what follows begins in a later one. */
async function parseInTurns(turns: Turns, req: Request, next: NextFunction): Promise<void> {
  await turns.take();
  parse(req);
  await turns.take();
  next();
}

/** Operations whose bodies hold JSON that is not ours: schemas and examples. */
const ANY_NUMBERS: ReadonlySet<string> = new Set([
  'createEventType',
  'patchEventType',
  'importEventTypes',
]);

function parse(req: Request): void {
  // Read as an empty object it would be a patch that changes nothing: its client has lost it.
  if (req.method === 'PATCH' && !(Buffer.isBuffer(req.body) && req.body.length > 0))
    throw new BadRequest('malformed', 'the body is empty');
  const { operationId = '' } = (req as ValidatedRequest).openapi?.schema ?? {};
  const numbers = ANY_NUMBERS.has(operationId) ? 'any' : 'whole';
  if (Buffer.isBuffer(req.body)) req.body = parseJson(req.body, numbers);
}

function checkHead(boundsOf: BoundsOf): RequestHandler {
  return (req, res, next) => {
    // The validator keeps a compiled schema for every Content-Type that it ever sees. So it gets to
    // see one, or none.
    if (!WITH_BODY.has(req.method)) {
      delete req.headers['content-type'];
      return next();
    }
    const hasBody =
      req.headers['transfer-encoding'] !== undefined ||
      Number(req.headers['content-length'] ?? 0) > 0;
    const types = mediaTypes(req);
    if (hasBody && !isOneOf(types, req.headers['content-type']))
      throw new BadRequest('unsupported', `Content-Type must be ${types.join(' or ')} in UTF-8`);
    // Where an operation takes several, they have one schema.
    req.headers['content-type'] = 'application/json';
    const { limitBytes } = boundsOf(req);
    if (Number(req.headers['content-length'] ?? 0) > limitBytes) {
      res.set('Connection', 'close');
      throw new BadRequest('too_large', `the body may have at most ${limitBytes} bytes`);
    }
    next();
  };
}

/** A body that comes in pieces is counted with the limit, as its length is not known before. */
function countBytes(boundsOf: BoundsOf): RequestHandler {
  return (req, res, next) => {
    if (!WITH_BODY.has(req.method)) return next();
    const { limitBytes, inFlight } = boundsOf(req);
    const bytes =
      req.headers['transfer-encoding'] === undefined
        ? Number(req.headers['content-length'] ?? 0)
        : limitBytes;
    try {
      if (bytes > 0) inFlight.add(res, bytes);
    } catch (error) {
      res.set('Connection', 'close');
      throw error;
    }
    next();
  };
}

const JSON_ALONE = ['application/json'];

/** The media types of JSON that the operation of a request takes. */
function mediaTypes({ openapi }: ValidatedRequest): readonly string[] {
  // The validator gives operations without a body an empty object.
  const content = openapi?.schema.requestBody?.content;
  return content === undefined ? JSON_ALONE : Object.keys(content);
}

/**
 * Whether it names one of these types. JSON is UTF-8 (RFC 8259, section 8.1). A parameter that
 * names another charset is believed, so the body is refused.
 */
function isOneOf(types: readonly string[], contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  const [type = '', ...parameters] = (contentType ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  return (
    types.includes(type) &&
    parameters.every((one) => !one.startsWith('charset=') || /^charset="?utf-?8"?$/.test(one))
  );
}
