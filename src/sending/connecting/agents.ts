import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, Socket, type LookupFunction, type TcpNetConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { connectToName } from './connect.ts';
import { neededRepair } from '../reading/lenient-reading.ts';
import { Lookup, type Resolve } from './lookup.ts';
import type { Objection } from './outbound.ts';
import { identityFault } from './server-identity.ts';

/**
 * A forward proxy, and the hosts that are reached without it, as in the environment variables of
 * that name.
 */
export type Proxy = { url: string; except: string };

export type Agents = { http: HttpAgent; https: HttpsAgent };

/**
 * What a request tells its agent: when it wants no connection any more. Node.js tells an agent
 * nothing before it has one.
 */
export type ConnectUntil = { connectUntil?: () => AbortSignal };

/** How all agents of a sender find an address, and through which proxy they connect. */
export type Ways = { lookup: LookupFunction; proxy: Proxy | undefined };

type WaysOptions = {
  objection: Objection;
  lookupThreads: number;
  proxy?: Proxy | undefined;
  resolve?: Resolve | undefined;
};

export type AgentPair = { pooled: Agents; fresh: Agents };

/** Idle connections close after this, before most servers close theirs. */
const IDLE_SOCKET_MS = 4000;

/**
 * Every address that a name resolves to is checked. What goes through a proxy is resolved by the
 * proxy.
 */
export function waysOf({ objection, lookupThreads, proxy, resolve }: WaysOptions): Ways {
  const { find: lookup } = new Lookup({
    objection,
    threads: lookupThreads,
    ...(resolve && { resolve }),
  });
  return { lookup, proxy };
}

/**
 * How webhooks are connected to: `pooled` keeps idle connections, `fresh` makes a new one for each
 * request. `secureContext` has the certificate that they show, where they show one.
 */
export function createAgents({ lookup, proxy }: Ways, secureContext?: SecureContext): AgentPair {
  const proxyEnv = proxy && {
    proxyEnv: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: proxy.except },
  };
  const options = { ...proxyEnv, lookup };
  // The time would bound the making of a tunnel too; through a proxy, idle connections end when the
  // proxy ends them.
  const pooled = { ...options, keepAlive: true, ...(proxy ? {} : { timeout: IDLE_SOCKET_MS }) };
  // Here, not at each request: Node.js keeps no connection that was checked for one request alone.
  const tls = { checkServerIdentity: identityFault, ...(secureContext && { secureContext }) };
  const all = {
    pooled: {
      http: keepingStrict(new HttpAgent(pooled)),
      https: keepingStrict(new HttpsAgent({ ...pooled, ...tls })),
    },
    fresh: { http: new HttpAgent(options), https: new HttpsAgent({ ...options, ...tls }) },
  };
  for (const { https } of [all.pooled, all.fresh]) leaveOutFinalDot(https);
  // With a proxy only Node.js knows which hosts are reached without it.
  if (!proxy)
    for (const { http, https } of [all.pooled, all.fresh])
      for (const agent of [http, https]) tryAllAddresses(agent, lookup);
  return all;
}

/**
 * The name that the TLS handshake tells has no dot at its end (RFC 6066, section 3), though the
 * host of the URL may have one: servers choose their certificate by it, and refuse what they do not
 * know.
 */
function leaveOutFinalDot(agent: HttpsAgent): void {
  const connect: HttpsAgent['createConnection'] = agent.createConnection.bind(agent);
  agent.createConnection = ({ servername = '', ...options }, callback) =>
    connect({ ...options, servername: servername.replace(/\.+$/, '') }, callback);
}

/**
 * Node.js gives every address of a name but the last 250 ms to connect, whatever time the caller
 * has.
 */
function tryAllAddresses(agent: HttpAgent, lookup: LookupFunction): void {
  const connect: HttpAgent['createConnection'] = agent.createConnection.bind(agent);
  agent.createConnection = (options: ClientRequestArgs & ConnectUntil, callback) => {
    const { host, connectUntil } = options;
    if (!host || isIP(host) !== 0) return connect(options, callback);
    // The agent gives a socket its time when it becomes idle.
    const search = {
      lookup,
      until: connectUntil?.(),
      options: { ...options, timeout: undefined } as unknown as TcpNetConnectOpts,
    };
    const fail = (error: unknown) => {
      // The agent forgets a socket that fails, but keeps an entry for each host for which it was
      // given an error alone.
      const failed = new Socket();
      callback?.(null, failed);
      failed.destroy(error as Error);
    };
    const withTls = (socket: Socket) =>
      connect({ ...options, socket } as ClientRequestArgs) as Duplex;
    connectToName(host, search, (error, socket) => {
      if (socket === undefined) return fail(error);
      try {
        callback?.(null, agent instanceof HttpsAgent ? withTls(socket) : socket);
      } catch (cannotUse) {
        // TLS itself may be set up wrongly, as by --tls-cipher-list.
        socket.destroy();
        fail(cannotUse);
      }
    });
    return undefined;
  };
}

/**
 * Uses no connection again whose answer needed repair: a reader in between may have seen another
 * end of it, and what is left over would be taken for the next answer.
 */
function keepingStrict<A extends HttpAgent>(agent: A): A {
  const keep = agent.keepSocketAlive.bind(agent);
  // @types/node has no result here; Node.js closes the socket where it is falsy.
  agent.keepSocketAlive = (socket) => !neededRepair(socket) && keep(socket);
  return agent;
}
