import type { Arrival } from './receiver-log.ts';

/** A delivery as it is in the end, with what the receiver saw of it. */
export type Row = {
  id: string;
  webhook_id: string;
  payload: string;
  status: string;
  delivery_attempts: number;
  /** Those of them that do not count against `max`. */
  unbudgeted_attempts: number;
  /** How often it was made pending again, and when it last was. */
  redeliveries: number;
  redelivered_at: string | null;
  /** Its client wanted it to be sent from then on. */
  send_at: string | null;
  /** The trace of its call, and whether the requests of its webhook tell of it. */
  trace_context: string | null;
  propagates: boolean;
  created_at: string;
  updated_at: string;
  max: number;
  /** Its attempts, the first first: did they succeed? */
  recorded: boolean[];
  /** Attempts recorded for a worker that vanished, be it before or after it had sent. */
  vanished: number;
  /** What reached the receiver. */
  arrivals: Arrival[];
};
