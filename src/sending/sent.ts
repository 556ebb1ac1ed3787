/** A header as it is sent. */
export type Header = [name: string, value: string];

/**
 * What is sent. `sequence` is the place of a delivery among those of its ordering key; without a
 * key it has none, and its request no header for it. `event` is what a request tells of what
 * happened; null: nothing.
 */
export type Sent = {
  id: string;
  payload: string;
  ordering_key: string | null;
  sequence: number | null;
  event: SentEvent | null;
};

/** An event, or a delivery that no event made: it has no `type`. The time is of RFC 3339. */
type SentEvent = { id: string; type: string | null; created_at: string };

/**
 * When an attempt starts, seconds since 1970 by this machine's clock and milliseconds since the
 * webhook was read, and where it starts from, as CloudEvents say it.
 */
export type Start = {
  atSeconds: number;
  sinceReadMs: number;
  eventSource: string;
  /** The trace that it belongs to, as it is stored; undefined: none is known. */
  traceContext?: string | undefined;
};
