import type { Socket } from 'node:net';
import type { Cleanup } from '../setup/last-first.ts';
import { startRawServer, startTcpServer, type TcpServer } from '../setup/raw-server.ts';

/** What one attempt must be recorded as: an answer, cut or whole, or an error. */
export type Recorded = { status: number; cut?: true; text?: RegExp } | { error: RegExp };

/** Something bad that an endpoint may answer, or do instead. */
export type HostileAnswer = {
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

/** An endpoint that answers everybody so. */
export async function startHostileEndpoint(
  t: Cleanup,
  { connected, asked, scheme }: HostileAnswer,
): Promise<TcpServer> {
  const server = connected
    ? await startTcpServer(t, connected)
    : await startRawServer(t, asked ?? (() => {}));
  return { ...server, url: server.url.replace('http', scheme ?? 'http') };
}

/** A 200 with this body and its true length. */
export function whole(name: string, body: string | Buffer, recorded: Recorded): HostileAnswer {
  return answered(name, [OK, body], recorded);
}

/** The same, said to be in this encoding. */
export function encoded(
  name: string,
  { encoding, body }: { encoding: string; body: string | Buffer },
  recorded: Recorded,
): HostileAnswer {
  return answered(name, [`${OK}Content-Encoding: ${encoding}\r\n`, body], recorded);
}

function answered(
  name: string,
  [head, body]: [head: string, body: string | Buffer],
  recorded: Recorded,
): HostileAnswer {
  const bytes = Buffer.from(body as string);
  const answer = Buffer.concat([
    Buffer.from(`${head}Content-Length: ${bytes.length}\r\n\r\n`),
    bytes,
  ]);
  return { name, recorded, asked: (socket) => socket.write(answer) };
}

/** These bytes; then the connection stays open. */
export function text(name: string, bytes: string, recorded: Recorded): HostileAnswer {
  return { name, recorded, asked: (socket) => write(socket, bytes) };
}

/** These bytes; then the connection ends. */
export function textAndEnd(name: string, bytes: string, recorded: Recorded): HostileAnswer {
  return {
    name,
    recorded,
    asked(socket) {
      write(socket, bytes);
      socket.end();
    },
  };
}

/** These bytes; then the connection is reset. */
export function textAndReset(name: string, bytes: string, recorded: Recorded): HostileAnswer {
  return {
    name,
    recorded,
    asked(socket) {
      write(socket, bytes);
      // What was written must leave before the reset, which drops what has not.
      setImmediate(() => socket.resetAndDestroy());
    },
  };
}

/** These bytes, before anything was asked, to a TLS client. */
export function textToTls(name: string, bytes: string, recorded: Recorded): HostileAnswer {
  return { name, recorded, scheme: 'https', connected: (socket) => socket.resume().end(bytes) };
}

function write(socket: Socket, bytes: string): void {
  if (bytes !== '') socket.write(bytes, 'latin1');
}

/** A body that goes on for as long as it is taken. */
export function endless(
  name: string,
  head: string,
  piece: string = 'x'.repeat(65_536),
): HostileAnswer {
  return flood(name, { start: head, more: piece }, { status: 200, cut: true });
}

/** First `start`, then `more` again and again. */
type Repeated = { start: string; more: string };

/** Writes as fast as it is taken. */
export function flood(name: string, { start, more }: Repeated, recorded: Recorded): HostileAnswer {
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

/** Writes slowly. */
export function drip(name: string, { start, more }: Repeated, everyMs = 50): HostileAnswer {
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
