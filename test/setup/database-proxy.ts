import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export type DatabaseProxy = {
  /** The database by way of the proxy. */
  url: string;
  /** Cuts every connection, and takes no new ones until `open`. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** Keeps connections open and passes on nothing more, in either direction. */
  freeze(): void;
  thaw(): void;
  /**
   * Like a router that forgot them: present connections pass on nothing more, for good, and do not
   * end. New ones work.
   */
  strand(): void;
  /** Cuts the next connection that sends this text, before its answer comes. */
  cutAt(text: string): void;
  /**
   * From now on new connections lead to this server, as after a change of a name. Present ones stay
   * where they are.
   */
  leadTo(databaseUrl: string): void;
};

/** Stands between us and PostgreSQL, to take it away and bring it back. */
export async function startDatabaseProxy(
  t: Pick<TestContext, 'after'>,
  databaseUrl: string,
): Promise<DatabaseProxy> {
  let target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const stranded = new Set<Socket>();
  let frozen = false;
  let fatal: string | undefined;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    near.on('data', (sent: Buffer) => {
      if (fatal === undefined || !sent.includes(fatal)) return;
      fatal = undefined;
      near.destroy();
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from
        .on('error', () => {})
        .on('close', () => (sockets.delete(from), stranded.delete(from), to.destroy()));
      from.pipe(to);
      if (frozen) from.pause();
    }
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async () => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of [...sockets, ...stranded]) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  t.after(close);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    close,
    open: () => listen(port),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    strand() {
      for (const socket of sockets) stranded.add(socket.pause());
      sockets.clear();
    },
    cutAt(text) {
      fatal = text;
    },
    leadTo(otherUrl) {
      target = new URL(otherUrl);
    },
  };
}
