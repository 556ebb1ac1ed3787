import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RequestFunction } from 'got';
import type { ConnectUntil } from './connecting/agents.ts';
import { keepReading } from './reading/keep-reading.ts';
import type { Header } from './sent.ts';

/**
 * Calls off what is still being connected. A reason made for each send would cost a stack trace.
 */
const OVER = new Error('the send is over');

/**
 * Where there is a proxy Node.js connects by itself, and bounds each address of a name but the
 * last: without this by 250 ms, and so by a third of the time that there is.
 */
type AddressTime = { autoSelectFamilyAttemptTimeout: number };
const ADDRESSES_IN_TURN = 3;
const NODES_OWN_MS = 250;

/** The request of one exchange on its way out: until it is connected, and until it is written. */
export class Outgoing {
  /** Made when it is asked for: most requests find a connection. */
  #unconnected: AbortController | undefined;
  #request: ClientRequest | undefined;
  #written = false;
  #gone = false;
  #isOver = false;
  #stopReading = () => {};
  #onOver = () => {};
  readonly #addressMs: number;
  readonly #names: Names;

  /**
   * `deadline`: when the send ends, on the clock of `performance.now()`. `headers`: what is sent,
   * of which got puts the names into lower case.
   */
  constructor(deadline: number, headers: readonly Header[]) {
    this.#names = namesInCase(headers);
    this.#addressMs = Math.max(
      NODES_OWN_MS,
      Math.ceil((deadline - performance.now()) / ADDRESSES_IN_TURN),
    );
  }

  /**
   * For got: Node.js's own request, of which it is known how far it has come. Of the fifty options
   * that got gives it has those that are set: Node.js copies them twice, which took 15 KB a send.
   */
  readonly start: RequestFunction = (url, options) => {
    const { agent, maxHeaderSize, method, setHost } = options;
    const headers = inCase(options.headers, this.#names);
    const told: typeof options & ConnectUntil & AddressTime = {
      ...{ agent, maxHeaderSize, method, setHost },
      headers,
      connectUntil: () => this.#connectUntil(),
      autoSelectFamilyAttemptTimeout: this.#addressMs,
    };
    const made = url.protocol === 'https:' ? httpsRequest(url, told) : httpRequest(url, told);
    this.#request = made;
    made.once('finish', () => this.#over('written'));
    made.once('close', () => this.#over('gone'));
    made.once(
      'socket',
      (socket) => (this.#stopReading = keepReading(socket, () => this.#over('gone'))),
    );
    return made;
  };

  /** All of it has left this process. */
  get isWritten(): boolean {
    return this.#written;
  }

  /** It went over a connection that had served another request before. */
  get isReused(): boolean {
    return this.#request?.reusedSocket === true;
  }

  /**
   * Calls back once nothing of the request is to be sent any more: at once, but where the endpoint
   * answered before it has read all. One that answered 2xx and keeps the connection may be reading
   * still, and gets the rest. To any other answer, and to `Connection: close`, the rest is left out
   * (RFC 9112, sections 9.5 and 9.6).
   */
  whenOver({ statusCode = 0 }: IncomingMessage, done: () => void): void {
    const isReading = statusCode < 300 && this.#request?.shouldKeepAlive === true;
    if (this.#written || this.#gone || !isReading) return done();
    this.#onOver = done;
  }

  /** Nothing of it is of interest any more. */
  end(): void {
    this.#onOver = () => {};
    this.#stopReading();
    this.#isOver = true;
    this.#unconnected?.abort(OVER);
  }

  #connectUntil(): AbortSignal {
    this.#unconnected ??= new AbortController();
    if (this.#isOver) this.#unconnected.abort(OVER);
    return this.#unconnected.signal;
  }

  #over(how: 'written' | 'gone'): void {
    if (how === 'written') this.#written = true;
    else this.#gone = true;
    this.#onOver();
  }
}

/** Names as they are written, by the same in lower case. */
type Names = ReadonlyMap<string, string>;

/**
 * The names that go out in the case in which they are written. Content-Type is not one of them:
 * version 2.1 sends it in lower case, and receivers may have come to read it so.
 */
function namesInCase(headers: readonly Header[]): Names {
  const written = headers.map(([name]) => [name.toLowerCase(), name] as const);
  return new Map(written.filter(([lower, name]) => lower !== name && lower !== 'content-type'));
}

/** The same headers in the same order, with the names that they are to have. */
function inCase(headers: RequestOptions['headers'], names: Names): RequestOptions['headers'] {
  if (names.size === 0) return headers;
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [names.get(name) ?? name, value]),
  );
}
