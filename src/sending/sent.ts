/** A header as it is sent. */
export type Header = [name: string, value: string];

/**
 * What is sent. `sequence` is the place of a delivery among those of its ordering key; without a
 * key it has none, and its request no header for it.
 */
export type Sent = { id: string; payload: string; sequence: number | null };

/**
 * When an attempt starts: seconds since 1970 by this machine's clock, and milliseconds since the
 * webhook was read.
 */
export type Start = { atSeconds: number; sinceReadMs: number };
