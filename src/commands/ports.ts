import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Config } from '../config.ts';
import { createHttpServer, type HttpServerOptions } from '../http/server.ts';
import { CommandError } from '../process/command-error.ts';

/** Where a port listens, and the variables or flags that say so. */
export type ListenAddress = {
  /** 0: any free one. */
  port: number;
  /**
   * An address; `localhost` for both loopback addresses; where it is left out, every address of
   * this machine.
   */
  host?: string | undefined;
  settings: { port: string; host: string };
};

/** A port that is listened on, and the addresses at which it is; `::` alone takes in IPv4 too. */
export type OpenPort = { port: number; addresses: string[]; stop(graceMs: number): Promise<void> };

/** Where the API listens. `host` counts where no setting says another one. */
export function apiAddress({ http }: Config, host?: string): ListenAddress {
  const settings = { port: 'POSTMAND_HTTP_PORT', host: 'POSTMAND_HTTP_HOST' };
  return { port: http.port, host: http.host ?? host, settings };
}

/** Where `/healthz` and `/metrics` are served. `host` counts where no setting says another one. */
export function healthAddress({ healthPort, healthHost }: Config, host?: string): ListenAddress {
  const settings = {
    port: 'POSTMAND_HEALTH_CHECK_HTTP_PORT',
    host: 'POSTMAND_HEALTH_CHECK_HTTP_HOST',
  };
  return { port: healthPort, host: healthHost ?? host, settings };
}

const LOOPBACK = ['127.0.0.1', '::1'];

/** How often a free port is looked for that is free at both loopback addresses. */
const TRIES = 10;

/** Serves `app`. @throws CommandError that names the setting to change */
export async function listen(
  app: RequestListener,
  address: ListenAddress,
  options: HttpServerOptions = {},
): Promise<OpenPort> {
  const hosts = address.host === 'localhost' ? LOOPBACK : [address.host];
  for (let tries = 1; ; tries += 1) {
    try {
      return await listenOnAll(hosts, address.port, () => createHttpServer(app, options));
    } catch (error) {
      const isFree = address.port === 0 && codeOf(error) === 'EADDRINUSE' && tries < TRIES;
      if (!isFree) throw refusal(error as ListenError, address);
    }
  }
}

/**
 * One server an address, all on one port. Clients take either loopback address for `localhost`, and
 * some try no second one, so both are listened on; but a machine may have IPv6 switched off.
 */
async function listenOnAll(
  hosts: (string | undefined)[],
  port: number,
  create: () => Server,
): Promise<OpenPort> {
  const opened: OpenPort[] = [];
  const stop = async (graceMs: number) =>
    void (await Promise.all(opened.map((one) => one.stop(graceMs))));
  let missing: unknown;
  for (const host of hosts) {
    try {
      opened.push(await listenOn(create(), { port: opened[0]?.port ?? port, host }));
    } catch (error) {
      missing = error;
      if (hosts.length > 1 && isMissing(error)) continue;
      await stop(0);
      throw error;
    }
  }
  const [first] = opened;
  if (first === undefined) throw missing;
  return { port: first.port, addresses: opened.flatMap(({ addresses }) => addresses), stop };
}

async function listenOn(
  server: Server,
  { port, host }: { port: number; host: string | undefined },
): Promise<OpenPort> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, resolve);
  });
  const bound = server.address() as AddressInfo;
  return {
    port: bound.port,
    addresses: [bound.address],
    stop: (graceMs) => stopServer(server, sockets, graceMs),
  };
}

/** Takes no more connections, lets requests finish for up to `graceMs`, then cuts. */
async function stopServer(
  server: Server,
  sockets: Iterable<Socket>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection that is kept alive is idle only after its answer: look again until all are gone.
  // One that never sent a byte is not idle to Node.
  const checking = setInterval(() => {
    server.closeIdleConnections();
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  }, 50);
  const cutting = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(checking);
  clearTimeout(cutting);
}

type ListenError = NodeJS.ErrnoException & { address?: string };

/** What is wrong with an address or a name, and not with the port. */
const OF_THE_HOST = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'ENOTFOUND', 'EAI_AGAIN']);

function refusal(error: ListenError, { port, host, settings }: ListenAddress): CommandError {
  const { code = error.message, address = host } = error;
  const at = host === undefined ? '' : ` at ${address}`;
  if (OF_THE_HOST.has(code)) {
    const why = code === 'EADDRNOTAVAIL' ? 'this machine does not have that address' : code;
    return new CommandError(
      `Cannot listen${at}: ${why}. Choose another address with ${settings.host}.`,
      { cause: error },
    );
  }
  const reason = code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${code})`;
  return new CommandError(
    `Port ${port} ${reason}${at}. Choose another one with ${settings.port}.`,
    { cause: error },
  );
}

function isMissing(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
