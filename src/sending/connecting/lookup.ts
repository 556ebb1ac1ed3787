import { ADDRCONFIG, lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { descriptorFault } from '../local-fault.ts';
import type { Objection } from './outbound.ts';
import { SendError } from '../send-error.ts';

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

export type LookupOptions = {
  /** Speaks against addresses: they are left out. */
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
 * for a thread the newest goes first: the send that an older one was for may be over. An address
 * that is not allowed is left out; where none is left the socket fails with `SendError`.
 */
export function createLookup({
  objection,
  threads,
  resolve = resolveBySystem,
}: LookupOptions): LookupFunction {
  const underWay = new Map<string, Waiter[]>();
  const quick = new Set<string>();
  const waiting: string[] = [];
  const room = Math.max(1, Math.floor(threads / 2));
  let uncertain = 0;

  function find(hostname: string, waiter: Waiter): void {
    const others = underWay.get(hostname);
    if (others) return void others.push(waiter);
    underWay.set(hostname, [waiter]);
    if (quick.has(hostname)) ask(hostname, () => {});
    else if (uncertain < room) askUncertain(hostname);
    else wait(hostname);
  }

  function wait(hostname: string): void {
    waiting.push(hostname);
    const oldest = waiting.length > MAX_WAITING ? waiting.shift() : undefined;
    if (oldest !== undefined)
      answer(
        oldest,
        Object.assign(new Error('too many names to look up'), { code: 'EAI_AGAIN' }),
        [],
      );
  }

  function askUncertain(hostname: string): void {
    uncertain += 1;
    ask(hostname, () => {
      uncertain -= 1;
      const next = waiting.pop();
      if (next !== undefined) askUncertain(next);
    });
  }

  function ask(hostname: string, over: () => void): void {
    const startedAt = performance.now();
    resolve(hostname, (error, addresses) => {
      remember(hostname, performance.now() - startedAt <= SLOW_MS);
      over();
      answer(hostname, error, addresses);
    });
  }

  function answer(hostname: string, ...[error, addresses]: Parameters<Waiter>): void {
    const waiters = underWay.get(hostname) ?? [];
    underWay.delete(hostname);
    for (const waiter of waiters) waiter(error, addresses);
  }

  function remember(hostname: string, wasQuick: boolean): void {
    quick.delete(hostname);
    if (!wasQuick) return;
    quick.add(hostname);
    const [oldest] = quick;
    if (quick.size > REMEMBERED && oldest !== undefined) quick.delete(oldest);
  }

  return (hostname, options, callback) => {
    find(hostname, (error, addresses) => {
      if (error) return callback(error, []);
      const allowed = addresses.filter(({ address }) => objection(address) === undefined);
      const [first] = allowed;
      if (first === undefined) return callback(notAllowed(addresses, objection), []);
      if (options.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
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
