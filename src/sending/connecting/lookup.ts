import { ADDRCONFIG, lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { LRUCache } from 'lru-cache';
import { descriptorFault } from '../local-fault.ts';
import type { Objection } from './outbound.ts';
import { SendError } from '../send-error.ts';

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

type LookupOptions = {
  /** Says why an address is not allowed; such addresses are left out. */
  objection: Objection;
  /** Look-ups that the process can make at a time: libuv's threads. */
  threads: number;
  resolve?: Resolve;
};

type Waiter = (error: Error | null, addresses: LookupAddress[]) => void;

/** A name that took longer than this is not to be relied on. */
const SLOW_MS = 1000;

/** Names that may wait for a thread; the oldest is told to come again. */
const MAX_WAITING = 1000;

/** Names remembered for having answered quickly. */
const REMEMBERED = 10_000;

/**
 * The look-up for sockets. A name has one look-up under way, whoever waits for it. Names that did
 * not answer quickly the last time, or were never asked for, share half of the threads, so that
 * names that hang do not hold up those that are known to work. (A look-up of the system cannot be
 * called off: an abandoned one keeps its thread until the resolver gives up.) Of those that wait
 * for a thread the newest goes first: the send that an older one was for may be over.
 */
export class Lookup {
  readonly #objection: Objection;
  readonly #resolve: Resolve;
  /** Threads for names that are not known to answer quickly, and how many of them are taken. */
  readonly #threads: number;
  #taken = 0;
  readonly #underWay = new Map<string, Waiter[]>();
  /** Names that answered quickly the last time. */
  readonly #quick = new LRUCache<string, true>({ max: REMEMBERED });
  /** Names that wait for a thread, the oldest first. */
  readonly #waiting: string[] = [];

  constructor({ objection, threads, resolve = resolveBySystem }: LookupOptions) {
    this.#objection = objection;
    this.#resolve = resolve;
    this.#threads = Math.max(1, Math.floor(threads / 2));
  }

  /**
   * As sockets call it. An address that is not allowed is left out; where none is left it fails
   * with a `SendError`.
   */
  readonly find: LookupFunction = (hostname, options, callback) => {
    this.#join(hostname, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => this.#objection(address) === undefined);
      const [first] = allowed;
      if (first === undefined) return callback(notAllowed(addresses, this.#objection), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };

  #join(hostname: string, waiter: Waiter): void {
    const others = this.#underWay.get(hostname);
    if (others) return void others.push(waiter);
    this.#underWay.set(hostname, [waiter]);
    if (this.#quick.has(hostname)) this.#ask(hostname, () => {});
    else if (this.#taken < this.#threads) this.#askOnThread(hostname);
    else this.#wait(hostname);
  }

  #wait(hostname: string): void {
    this.#waiting.push(hostname);
    const oldest = this.#waiting.length > MAX_WAITING ? this.#waiting.shift() : undefined;
    if (oldest === undefined) return;
    const error = Object.assign(new Error('too many names to look up'), { code: 'EAI_AGAIN' });
    this.#answer(oldest, error, []);
  }

  /** For a name that is not known to answer quickly. Its thread goes on to the next such name. */
  #askOnThread(hostname: string): void {
    this.#taken += 1;
    this.#ask(hostname, () => {
      this.#taken -= 1;
      const next = this.#waiting.pop();
      if (next !== undefined) this.#askOnThread(next);
    });
  }

  #ask(hostname: string, onResolved: () => void): void {
    const startedAt = performance.now();
    this.#resolve(hostname, (error, addresses) => {
      this.#remember(hostname, performance.now() - startedAt <= SLOW_MS);
      onResolved();
      this.#answer(hostname, error, addresses);
    });
  }

  #remember(hostname: string, wasQuick: boolean): void {
    if (wasQuick) this.#quick.set(hostname, true);
    else this.#quick.delete(hostname);
  }

  #answer(hostname: string, ...answer: Parameters<Waiter>): void {
    const waiters = this.#underWay.get(hostname) ?? [];
    this.#underWay.delete(hostname);
    for (const waiter of waiters) waiter(...answer);
  }
}

function notAllowed(addresses: LookupAddress[], objection: Objection): SendError {
  return new SendError('NOT_ALLOWED', objection(addresses[0]?.address ?? ''));
}

/**
 * The system's way, so that /etc/hosts and search domains count, for the families that this machine
 * has.
 */
function resolveBySystem(hostname: string, done: Parameters<Resolve>[1]): void {
  systemLookup(hostname, { all: true, hints: ADDRCONFIG }, (error, addresses) =>
    done(error && truthOf(error), addresses),
  );
}

/**
 * The resolver opens files and sockets. Without descriptors it may report EMFILE, but also that the
 * name does not exist (where it has not yet read its own settings) or that it did not answer.
 */
function truthOf(error: NodeJS.ErrnoException): NodeJS.ErrnoException {
  if (error.code !== 'ENOTFOUND' && error.code !== 'EAI_AGAIN') return error;
  const code = descriptorFault();
  return code === undefined
    ? error
    : Object.assign(new Error(`getaddrinfo ${code}`, { cause: error }), {
        code,
        syscall: 'getaddrinfo',
      });
}
