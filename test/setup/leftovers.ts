import { subscribe } from 'node:diagnostics_channel';
import type { Agent as HttpAgent, ClientRequest } from 'node:http';

/** `keepAlive` is missing in the types. */
type Agent = HttpAgent & { keepAlive?: boolean };

/** What sends may leave behind in this process. */
export type Leftovers = {
  /** TCP and TLS connections, and servers that listen. */
  sockets: number;
  timers: number;
  /** Everything else that keeps the process alive: look-ups, pipes and so on. */
  others: number;
  /** Connections and requests that the sender's agents know of. */
  pooled: number;
  /** Listeners on those agents. */
  listeners: number;
};

/** Counts from now on: agents are known by the requests that they serve. */
export function watchLeftovers(): () => Leftovers {
  const agents = new Set<Agent>();
  subscribe('http.client.request.start', (message) => {
    const { agent } = (message as { request: ClientRequest & { agent?: Agent } }).request;
    // One without keep-alive serves a single request and goes with it.
    if (agent?.keepAlive) agents.add(agent);
  });
  return () => {
    const active = process.getActiveResourcesInfo();
    const matching = (pattern: RegExp) => active.filter((one) => pattern.test(one)).length;
    const [sockets, timers] = [matching(/^(TCP|TLS)/), matching(/^(Timeout|Immediate)$/)];
    return {
      sockets,
      timers,
      others: active.length - sockets - timers,
      pooled: sum(
        agents,
        ({ sockets, freeSockets, requests }) =>
          [sockets, freeSockets, requests].flatMap((one) => Object.values(one).flat()).length,
      ),
      listeners: sum(agents, (agent) =>
        agent.eventNames().reduce((total, name) => total + agent.listenerCount(name), 0),
      ),
    };
  };
}

function sum(agents: Iterable<Agent>, count: (agent: Agent) => number): number {
  return [...agents].reduce((total, agent) => total + count(agent), 0);
}
