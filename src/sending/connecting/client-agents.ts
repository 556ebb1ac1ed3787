import { createSecureContext } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { SendError } from '../send-error.ts';
import { createAgents, type AgentPair, type Agents, type Ways } from './agents.ts';

/**
 * The certificate that a webhook shows to its endpoint, with its key, and the authorities that may
 * sign that of the endpoint; without `ca` those that Node.js trusts. All in PEM.
 */
export type ClientIdentity = {
  webhookId: string;
  certificate: string;
  privateKey: string;
  ca: string | undefined;
};

/** Webhooks whose connections are kept, those that were sent to last. */
const KEPT = 500;

/**
 * The connections of webhooks that show a certificate. Each webhook has its own, and new ones when
 * its certificate, key or authorities change: a connection is trusted by its endpoint as the one
 * that made it.
 */
export class ClientAgents {
  readonly #ways: Ways;
  readonly #known: LRUCache<string, OwnAgents>;

  constructor(ways: Ways, max = KEPT) {
    this.#ways = ways;
    this.#known = new LRUCache({ max, dispose: (agents) => agents.retire() });
  }

  /**
   * Sends over the agents of this webhook, which are not closed before that is over.
   * @throws SendError where Node.js cannot use the certificate
   */
  async use<Result>(
    identity: ClientIdentity,
    send: (agents: AgentPair) => Promise<Result>,
  ): Promise<Result> {
    return this.#of(identity).use(send);
  }

  close(): void {
    for (const agents of this.#known.values()) agents.destroy();
    this.#known.clear();
  }

  #of(identity: ClientIdentity): OwnAgents {
    const { webhookId } = identity;
    const known = this.#known.get(webhookId);
    if (known?.isOf(identity)) return known;
    const made = new OwnAgents(identity, this.#ways);
    this.#known.set(webhookId, made);
    return made;
  }
}

/** The agents of one webhook and one certificate. */
class OwnAgents {
  readonly #identity: ClientIdentity;
  readonly #agents: AgentPair;
  #using = 0;
  #retired = false;

  constructor(identity: ClientIdentity, ways: Ways) {
    this.#identity = identity;
    this.#agents = createAgents(ways, secureContextOf(identity));
  }

  isOf({ certificate, privateKey, ca }: ClientIdentity): boolean {
    const own = this.#identity;
    return own.certificate === certificate && own.privateKey === privateKey && own.ca === ca;
  }

  async use<Result>(send: (agents: AgentPair) => Promise<Result>): Promise<Result> {
    this.#using += 1;
    try {
      return await send(this.#agents);
    } finally {
      this.#using -= 1;
      if (this.#retired && this.#using === 0) this.destroy();
    }
  }

  /** Nobody will use them any more. To destroy them would end what is being sent over them. */
  retire(): void {
    this.#retired = true;
    if (this.#using === 0) this.destroy();
  }

  destroy(): void {
    for (const agents of Object.values(this.#agents)) destroyAgents(agents);
  }
}

export function destroyAgents({ http, https }: Agents): void {
  http.destroy();
  https.destroy();
}

/** Made once for all connections: to read the certificates takes longer than to connect. */
function secureContextOf({ certificate, privateKey, ca }: ClientIdentity) {
  try {
    return createSecureContext({ cert: certificate, key: privateKey, ...(ca && { ca }) });
  } catch {
    // What OpenSSL says of a key is nothing to be shown.
    throw new SendError('CLIENT_CERTIFICATE');
  }
}
