import { BytesInFlight } from './bytes-in-flight.ts';
import type { ValidatedRequest } from './request-log.ts';
import { Turns } from './turns.ts';

/**
 * How long the body of a request may be, and those of the like that a server holds together.
 * `turns`: such a body takes long to read, so each has turns of its own.
 */
export type BodyBounds = { limitBytes: number; inFlight: BytesInFlight; turns?: Turns };

/** The bounds for the body of a request whose operation is known. */
export type BoundsOf = (req: ValidatedRequest) => BodyBounds;

type BodyOptions = {
  requestBodyLimitBytes: number;
  /** Most bytes of request bodies at a time, without those of batches. */
  bytesInFlight: number;
  batchBodyLimitBytes: number;
};

/** Operations whose bodies may be as large as those of batches. */
const LARGE: ReadonlySet<string> = new Set([
  'createDeliveries',
  'createEvents',
  'importEventTypes',
]);

/** Most bytes of batches at a time. The largest that the settings allow fits. */
const BATCH_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** Batches are counted apart, so that those who send them turn nobody else away. */
export function bodyBounds(options: BodyOptions): BoundsOf {
  const others = {
    limitBytes: options.requestBodyLimitBytes,
    inFlight: new BytesInFlight(options.bytesInFlight),
  };
  const batches = {
    limitBytes: options.batchBodyLimitBytes,
    inFlight: new BytesInFlight(BATCH_BYTES_IN_FLIGHT),
    turns: new Turns(),
  };
  return ({ openapi }) => (LARGE.has(openapi?.schema.operationId ?? '') ? batches : others);
}
