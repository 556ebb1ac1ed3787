import type { Socket } from 'node:net';
import type { Cleanup } from '../setup/last-first.ts';
import { startRawServer, startTcpServer, type TcpServer } from '../setup/raw-server.ts';

/** What one attempt must be recorded as: an answer, cut or whole, or an error. */
export type Recorded = { status: number; cut?: true; text?: RegExp } | { error: RegExp };

/** Something that an endpoint may do to us. */
export type Poison = {
  name: string;
  recorded: Recorded;
  /** Ends by the timeout only. */
  slow?: true;
  /** What the webhook's URL begins with, where not http. */
  scheme?: 'https';
  /** With every new connection, before anything is read. */
  connected?(socket: Socket): void;
  /** With every whole request. */
  asked?(socket: Socket): void;
};

export const OK = 'HTTP/1.1 200 OK\r\n';
export const TIMEOUT: Recorded = { error: /^timeout after \d+(\.\d+)? s$/ };

/** An endpoint that does this to everybody. */
export async function startPoison(
  t: Cleanup,
  { connected, asked, scheme }: Poison,
): Promise<TcpServer> {
  const server = connected
    ? await startTcpServer(t, connected)
    : await startRawServer(t, asked ?? (() => {}));
  return { ...server, url: server.url.replace('http', scheme ?? 'http') };
}

/** A 200 with this body and its true length. */
export function whole(
  name: string,
  body: string | Buffer,
  recorded: Recorded,
  headers = '',
): Poison {
  const bytes = Buffer.from(body as string);
  const answer = Buffer.concat([
    Buffer.from(`${OK}${headers}Content-Length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
  return { name, recorded, asked: (socket) => socket.write(answer) };
}

/**
 * These bytes, and then: the connection stays open, ends or is reset; or they come before anything
 * was asked, to a TLS client.
 */
export function text(
  name: string,
  bytes: string,
  recorded: Recorded,
  then: 'stay' | 'end' | 'reset' | 'tls' = 'stay',
): Poison {
  if (then === 'tls')
    return { name, recorded, scheme: 'https', connected: (socket) => socket.resume().end(bytes) };
  return {
    name,
    recorded,
    asked(socket) {
      if (bytes !== '') socket.write(bytes, 'latin1');
      if (then === 'end') socket.end();
      // What was written must leave before the reset, which drops what has not.
      if (then === 'reset') setImmediate(() => socket.resetAndDestroy());
    },
  };
}

/** A body that goes on for as long as it is taken. */
export function endless(name: string, head: string, piece: string = 'x'.repeat(65_536)): Poison {
  return flood(name, head, piece, { status: 200, cut: true });
}

/** Writes `start` and then `more` as fast as it is taken. */
export function flood(name: string, start: string, more: string, recorded: Recorded): Poison {
  return {
    name,
    recorded,
    asked(socket) {
      socket.write(start);
      const pour = () => {
        while (!socket.destroyed && socket.write(more));
      };
      socket.on('drain', pour);
      pour();
    },
  };
}

/** Writes `start` and then `more` again and again, slowly. */
export function drip(name: string, start: string, more: string, everyMs = 50): Poison {
  return {
    name,
    recorded: TIMEOUT,
    slow: true,
    asked(socket) {
      socket.write(start);
      const timer = setInterval(() => socket.writable && socket.write(more), everyMs);
      socket.on('close', () => clearInterval(timer));
    },
  };
}
