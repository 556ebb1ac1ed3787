import { createServer, type AddressInfo, type Socket } from 'node:net';
import { lastFirst, type Cleanup } from './last-first.ts';

export type TcpServer = {
  url: string;
  /** Connections that are open now. */
  open: ReadonlySet<Socket>;
  /** Connections ever made. */
  connections(): number;
};

/** A TCP server on loopback that does with each connection what the test says. */
export async function startTcpServer(
  t: Cleanup,
  onConnection: (socket: Socket, number: number) => void,
): Promise<TcpServer> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // What clients do to a server that misbehaves is not the subject.
    socket.on('error', () => {});
    onConnection(socket, connections);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lastFirst(t).after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open,
    connections: () => connections,
  };
}

export type RawServer = TcpServer & {
  /** Every request so far, whole, as it came. */
  requests: string[];
};

/**
 * A TCP server that calls `onRequest` for every whole HTTP request, counted from 1, so that a test
 * may answer anything at all or nothing. Of request bodies it understands those with a
 * Content-Length.
 */
export async function startRawServer(
  t: Cleanup,
  onRequest: (socket: Socket, number: number) => void,
): Promise<RawServer> {
  const requests: string[] = [];
  const server = await startTcpServer(t, (socket) => {
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = requestEnd(rest); end !== undefined; end = requestEnd(rest)) {
        requests.push(rest.subarray(0, end).toString('latin1'));
        rest = rest.subarray(end);
        onRequest(socket, requests.length);
      }
    });
  });
  return { ...server, requests };
}

function requestEnd(bytes: Buffer): number | undefined {
  const head = bytes.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = Number(
    /^content-length: *(\d+)/im.exec(bytes.subarray(0, head).toString('latin1'))?.[1] ?? 0,
  );
  return bytes.length >= head + 4 + length ? head + 4 + length : undefined;
}
