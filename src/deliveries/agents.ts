import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createLookup } from './lookup.ts';
import type { Objection } from './outbound.ts';

/** A forward proxy, and the hosts that are reached without it, as in the environment variables of that name. */
export type Proxy = { url: string; except: string };

export type Agents = { http: HttpAgent; https: HttpsAgent };

type AgentOptions = { objection: Objection; lookupThreads: number; proxy?: Proxy | undefined };

/** Idle connections close after this, before most servers close theirs. */
const IDLE_SOCKET_MS = 4000;

/**
 * How webhooks are connected to: `pooled` keeps idle connections, `fresh` makes a new one for each request. Both check every
 * address that a name resolves to. What goes through a proxy is resolved by the proxy.
 */
export function createAgents({ objection, lookupThreads, proxy }: AgentOptions): { pooled: Agents; fresh: Agents } {
  const proxyEnv = proxy && { proxyEnv: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: proxy.except } };
  const options = { ...proxyEnv, lookup: createLookup({ objection, threads: lookupThreads }) };
  // The time would bound the making of a tunnel too; through a proxy, idle connections end when the proxy ends them.
  const pooled = { ...options, keepAlive: true, ...(proxy ? {} : { timeout: IDLE_SOCKET_MS }) };
  return {
    pooled: { http: new HttpAgent(pooled), https: new HttpsAgent(pooled) },
    fresh: { http: new HttpAgent(options), https: new HttpsAgent(options) },
  };
}
