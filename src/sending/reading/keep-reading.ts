// oxlint-disable no-underscore-dangle -- so Node.js calls what a stream writes with.
import type { Socket } from 'node:net';

type Watch = { onFailure: () => void };

const watched = new WeakMap<Socket, Watch>();

/**
 * Keeps a connection open on which writing fails because the other side is gone: what it sent
 * before is still to be read, and may be a complete answer (RFC 9112, section 9.6). Node.js would
 * close the connection at the first error. The write stays unfinished, nothing is written any more,
 * and reading ends as it ends. `onFailure` is told of it, until what is returned is called.
 */
export function keepReading(socket: Socket, onFailure: () => void): () => void {
  const known = watched.get(socket) ?? watch(socket);
  known.onFailure = onFailure;
  return () => (known.onFailure = ignore);
}

/** Once for each connection, however many requests it serves. */
function watch(socket: Socket): Watch {
  const one: Watch = { onFailure: ignore };
  watched.set(socket, one);
  const [write, writev] = [socket._write.bind(socket), socket._writev?.bind(socket)];
  const unlessGone = (done: Done): Done => {
    return (error) => (isGone(error) ? one.onFailure() : done(error));
  };
  socket._write = (chunk, encoding, done) => write(chunk, encoding, unlessGone(done));
  if (writev) socket._writev = (chunks, done) => writev(chunks, unlessGone(done));
  return one;
}

type Done = (error?: Error | null) => void;

/** A write that was under way when reading failed is cancelled. What reading met tells more. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'ECANCELED']);

function isGone(error: NodeJS.ErrnoException | null | undefined): boolean {
  return GONE.has(error?.code ?? '');
}

function ignore(): void {}
