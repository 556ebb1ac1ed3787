import { isIP } from 'node:net';
import got, { type Got } from 'got';
import { LRUCache } from 'lru-cache';
import { whyUnsendable } from '../webhooks/webhook-url.ts';
import {
  createAgents,
  waysOf,
  type AgentPair,
  type Agents,
  type Proxy,
} from './connecting/agents.ts';
import { ClientAgents, destroyAgents } from './connecting/client-agents.ts';
import type { Resolve } from './connecting/lookup.ts';
import { outboundObjection, type Objection, type OutboundRules } from './connecting/outbound.ts';
import { describeFailure, type FailureReason } from './failure.ts';
import { localFault } from './local-fault.ts';
import type { WebhookRequest } from './request.ts';
import type { ResponseHead } from './response-head.ts';
import { sendOnce, type End, type Trip } from './round-trip.ts';
import { SendError } from './send-error.ts';

/**
 * What came of one send. Two kinds say nothing about the endpoint: `aborted`, we gave it up
 * ourselves, and `local`, this machine could not send, so that nothing reached the endpoint.
 */
export type Exchange =
  | ({ kind: 'response'; body: Buffer; bodyCut: boolean; durationMs: number } & ResponseHead)
  | { kind: 'failure'; reason: FailureReason; message: string; durationMs: number }
  | { kind: 'aborted' }
  | { kind: 'local'; code: string };

/**
 * `timeoutMs` bounds everything from the name lookup to the last byte of the body. `spentMs` of it
 * have passed before, in the same attempt, and count for the duration as well. `mayBegin` is asked
 * at the moment when the send begins; where it says no, the send is aborted. `bodyLimitBytes`: how
 * much of this response is kept.
 */
export type SendLimits = {
  timeoutMs: number;
  spentMs?: number | undefined;
  signal: AbortSignal;
  bodyLimitBytes?: number | undefined;
  mayBegin?: (() => boolean) | undefined;
};

/** Posts webhooks. Whatever the remote side does is a value, not a throw. */
export type Sender = {
  send(request: WebhookRequest, limits: SendLimits): Promise<Exchange>;
  close(): void;
};

/** Of names and values of headers, and of those of trailers. Cookies fill 20 KB in the field. */
const MAX_HEAD_BYTES = 64 * 1024;

/** setTimeout fires at once above this. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** URLs of which it is remembered whether something can be sent there: judging one takes 6 µs. */
const REMEMBERED_URLS = 1000;

export type SenderOptions = {
  /** How much of a response's body is kept. */
  bodyLimitBytes: number;
  outbound: OutboundRules;
  /** Name look-ups that the process can make at a time. */
  lookupThreads: number;
  proxy?: Proxy | undefined;
};

/**
 * A sender with idle connections of its own that connects only where it may. Names are looked up
 * the system's way unless `resolve` is given.
 */
export class HttpSender implements Sender {
  readonly #options: SenderOptions;
  readonly #judged: LRUCache<string, Judged>;
  readonly #agents: AgentPair;
  readonly #clientAgents: ClientAgents;
  readonly #client: Got;

  constructor(options: SenderOptions, resolve?: Resolve) {
    const { outbound, lookupThreads, proxy } = options;
    this.#options = options;
    const objection = outboundObjection(outbound);
    this.#judged = new LRUCache({
      max: REMEMBERED_URLS,
      memoMethod: (url) => ({ error: urlError(url, objection) }),
    });
    const ways = waysOf({ objection, lookupThreads, proxy, resolve });
    this.#agents = createAgents(ways);
    this.#clientAgents = new ClientAgents(ways);
    this.#client = clientOver(this.#agents.pooled);
  }

  async send(
    request: WebhookRequest,
    { timeoutMs, spentMs = 0, signal, mayBegin, bodyLimitBytes: limit }: SendLimits,
  ): Promise<Exchange> {
    const { bodyLimitBytes, proxy } = this.#options;
    const startedAt = performance.now() - spentMs;
    const deadline = startedAt + Math.min(timeoutMs, MAX_TIMER_MS);
    const trip = { request, deadline, signal, bodyLimitBytes: limit ?? bodyLimitBytes };
    if (signal.aborted || mayBegin?.() === false) return { kind: 'aborted' };
    const { error } = this.#judged.memo(request.url);
    const end: End = error ? { kind: 'error', error } : await this.#makeTrip(trip);
    if (end.kind === 'aborted') return end;
    const durationMs = Math.round(performance.now() - startedAt);
    if (end.kind === 'response') return { ...end, durationMs };
    const code = localFault(end.error);
    if (code !== undefined) return { kind: 'local', code };
    return {
      kind: 'failure',
      ...describeFailure(end.error, { url: request.url, timeoutMs, proxyUrl: proxy?.url }),
      durationMs,
    };
  }

  close(): void {
    destroyAgents(this.#agents.pooled);
    destroyAgents(this.#agents.fresh);
    this.#clientAgents.close();
  }

  async #makeTrip(trip: Trip): Promise<End> {
    const { client } = trip.request;
    if (client === undefined) return this.#sendOver(this.#agents, trip);
    try {
      return await this.#clientAgents.use(client, (own) =>
        this.#sendOver(own, { ...trip, agents: own.pooled }),
      );
    } catch (error) {
      return { kind: 'error', error };
    }
  }

  /**
   * Once more where a server closed an idle connection just as we used it: it has not seen the
   * request (RFC 9112, section 9.3.1).
   */
  async #sendOver({ fresh }: AgentPair, trip: Trip): Promise<End> {
    const end = await sendOnce(this.#client, trip);
    return end.kind === 'error' && end.stale
      ? sendOnce(this.#client, { ...trip, agents: fresh })
      : end;
  }
}

function clientOver(agents: Agents): Got {
  return got.extend({
    isStream: true,
    method: 'POST',
    headers: { 'user-agent': 'postmand' },
    agent: agents,
    // A signed body must not follow a Location that the webhook's owner never registered.
    followRedirect: false,
    throwHttpErrors: false,
    // Stored as it came, so that a small answer cannot unfold into a large one.
    decompress: false,
    maxHeaderSize: MAX_HEAD_BYTES,
    // Without lists that count for nothing: got copies them for each send.
    retry: { limit: 0, methods: [], statusCodes: [], errorCodes: [] },
  });
}

type Judged = { error: SendError | undefined };

/**
 * Sockets look up names only: an address in the URL itself is judged here. URLs write it in one
 * form, whatever was typed.
 */
function urlError(url: string, objection: Objection): SendError | undefined {
  const fault = whyUnsendable(url);
  if (fault !== undefined) return new SendError('UNSENDABLE', fault);
  const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  const reason = isIP(host) === 0 ? undefined : objection(host);
  return reason === undefined ? undefined : new SendError('NOT_ALLOWED', reason);
}
