import type { Request } from 'express';

/** A request with the trace that it belongs to, as it is stored; undefined: it tells of none. */
export type TracedRequest = Request & { traceContext?: string | undefined };
