import type { Writable } from 'node:stream';

/** TLS encrypts what is written at a time in one go. */
const PIECE_BYTES = 64 * 1024;

/**
 * Writes the body and ends the stream, a piece at a time, with room for other work in between. It
 * goes on while an answer comes: got's own way would stop then, and close the connection.
 */
export function writeBody(stream: Writable, body: Buffer, from = 0): void {
  const piece = body.subarray(from, from + PIECE_BYTES);
  const next = from + piece.length;
  if (next === body.length) return void stream.end(piece);
  stream.write(piece, (error) => {
    if (!error) setImmediate(writeBody, stream, body, next);
  });
}
