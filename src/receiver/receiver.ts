import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { eventIn, type SeenEvent } from './seen-event.ts';
import { verdictOn, type SignatureVerdict } from './verdict.ts';

export type ReceiverOptions = {
  /** The webhook's token or its public key; undefined: signatures are not checked. */
  secret?: string | undefined;
  /** Status of the answers. */
  status: number;
  /** Status of those that are to fail. */
  failStatus: number;
  /** How many requests with one and the same target and body fail before one gets `status`. */
  fail: number;
  delayMs: number;
};

/**
 * A request that arrived whole, and the status that it is answered with. `repeat` counts those with
 * the same target and body from 1.
 */
export type Arrival = {
  number: number;
  repeat: number;
  method: string;
  target: string;
  contentType: string;
  /** What it says of an event; undefined: nothing. */
  event?: SeenEvent | undefined;
  body: Buffer;
  signature: SignatureVerdict;
  status: number;
};

/** `onHangUp`: the sender was gone before it had the answer. */
type Watch = { onArrival(arrival: Arrival): void; onHangUp(arrival: Arrival): void };

/** Far more than any payload: a stray upload must not fill the memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * A receiver of webhooks for trying and debugging: checks the signature, tells what arrived, and
 * answers as the options say. A request with a wrong or missing signature is answered with 401, as
 * a real receiver should.
 */
export function createReceiver(
  options: ReceiverOptions,
  { onArrival, onHangUp }: Watch,
): RequestListener {
  const arrivals = new Arrivals(options);
  return (request, response) => {
    void bodyOf(request).then((body) => {
      if (body === undefined) return void response.writeHead(413, { Connection: 'close' }).end();
      const arrival = arrivals.add(request, body);
      onArrival(arrival);
      response.on('close', () => response.writableFinished || onHangUp(arrival));
      setTimeout(() => response.writeHead(arrival.status).end(), options.delayMs);
    });
  };
}

/** What a real receiver refuses. */
const REFUSED: ReadonlySet<SignatureVerdict> = new Set(['wrong', 'untimely', 'missing']);

/** Counts what arrives, and decides how each request is answered. */
class Arrivals {
  readonly #options: ReceiverOptions;
  readonly #timesSeen = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #count = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }

  add(request: IncomingMessage, body: Buffer): Arrival {
    const { method = '', url: target = '', headers } = request;
    const key = createHash('sha256').update(target).update('\0').update(body).digest('base64');
    const repeat = (this.#timesSeen.get(key) ?? 0) + 1;
    this.#timesSeen.set(key, repeat);
    this.#count += 1;
    const nowSeconds = Date.now() / 1000;
    const signature = verdictOn({ headers, body }, this.#options.secret, nowSeconds);
    const contentType = headers['content-type'] ?? '';
    const status = this.#statusFor(signature, key);
    const event = eventIn({ headers, body });
    const seen = { method, target, contentType, event, body };
    return { number: this.#count, repeat, ...seen, signature, status };
  }

  /** Counts afresh after each success, so that the same payload can be tried again. */
  #statusFor(signature: SignatureVerdict, key: string): number {
    if (REFUSED.has(signature)) return 401;
    const { fail, failStatus, status } = this.#options;
    const failed = this.#failures.get(key) ?? 0;
    if (failed >= fail) this.#failures.delete(key);
    else this.#failures.set(key, failed + 1);
    return failed >= fail ? status : failStatus;
  }
}

/**
 * The whole body; undefined where it is too large. Never settles where the sender breaks off: there
 * is nobody to answer.
 */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => {});
  });
}
