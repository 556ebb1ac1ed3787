import type { LookupAddress } from 'node:dns';
import { connect, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';

/** How a connection to an address is made: everything but the address itself. */
type ConnectOptions = Omit<TcpNetConnectOpts, 'host' | 'lookup'>;

type Connected = (error: unknown, socket?: Socket) => void;

type Search = {
  lookup: LookupFunction;
  options: ConnectOptions;
  /** When it is aborted nothing is tried any more, and the search fails with its reason. */
  until?: AbortSignal | undefined;
};

/** The time that RFC 8305, section 5, recommends. */
const NEXT_ADDRESS_MS = 250;

/** A name may have hundreds of addresses, and each that is tried takes a descriptor. */
const MAX_AT_A_TIME = 4;

/**
 * Connects to the addresses of a name one after the other (RFC 8305). The next one is tried when
 * one has failed, or when the last one has not answered for a quarter of a second; those before it
 * are still waited for. The first that connects is taken, and the others are closed. It may take as
 * long as the caller allows. Only where more than four are silent the oldest is given up for the
 * next one. Fails when all have, with their errors in the order of the addresses, or with the one
 * error there is.
 */
export function connectToName(
  name: string,
  { lookup, options, until }: Search,
  done: Connected,
): void {
  let race: Race | undefined;
  const settle: Connected = (error, socket) => {
    until?.removeEventListener('abort', onAbort);
    done(error, socket);
  };
  const onAbort = () => {
    race?.end();
    settle(until?.reason);
  };
  if (until?.aborted) return onAbort();
  until?.addEventListener('abort', onAbort, { once: true });
  lookup(name, { all: true }, (error, addresses) => {
    if (until?.aborted) return;
    if (error) return settle(error);
    race = new Race(inTurn(addresses as LookupAddress[]), options, settle);
    race.tryNext();
  });
}

class Race {
  readonly #addresses: string[];
  readonly #options: ConnectOptions;
  readonly #done: Connected;
  /** What is being connected, by the place of its address; the oldest first. */
  readonly #trying = new Map<number, Socket>();
  readonly #errors: Error[] = [];
  #next = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(addresses: string[], options: ConnectOptions, done: Connected) {
    this.#addresses = addresses;
    this.#options = options;
    this.#done = done;
  }

  tryNext(): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    const address = this.#addresses[this.#next];
    if (address === undefined) {
      if (this.#trying.size === 0) this.#fail();
      return;
    }
    if (this.#trying.size === MAX_AT_A_TIME) this.#giveUpOldest();
    this.#try(this.#next, address);
    this.#next += 1;
    if (this.#next < this.#addresses.length)
      this.#timer = setTimeout(() => this.tryNext(), NEXT_ADDRESS_MS);
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const socket of this.#trying.values()) socket.destroy();
    this.#trying.clear();
  }

  #try(place: number, address: string): void {
    const socket = connect({ ...this.#options, host: address });
    this.#trying.set(place, socket);
    const onError = (error: Error) => {
      // Not one that was given up, or that lost.
      if (!this.#trying.delete(place)) return;
      this.#errors[place] = error;
      this.tryNext();
    };
    socket.on('error', onError);
    socket.once('connect', () => {
      this.#trying.delete(place);
      this.end();
      socket.off('error', onError);
      // At once: whoever takes the socket listens to it before anything can come.
      this.#done(undefined, socket);
    });
  }

  #giveUpOldest(): void {
    const [oldest] = this.#trying;
    if (oldest === undefined) return;
    const [place, socket] = oldest;
    this.#trying.delete(place);
    this.#errors[place] = Object.assign(new Error('connect ETIMEDOUT'), {
      code: 'ETIMEDOUT',
      syscall: 'connect',
    });
    socket.destroy();
  }

  #fail(): void {
    this.end();
    const [first, ...others] = this.#errors;
    this.#done(others.length === 0 && first ? first : new AggregateError(this.#errors));
  }
}

/**
 * Each address once, IPv6 and IPv4 in turn, beginning with the family that comes first (RFC 8305,
 * section 4).
 */
function inTurn(addresses: readonly LookupAddress[]): string[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const turns = Array.from({ length: addresses.length }, (_, i) => [first[i], second[i]]);
  return [...new Set(turns.flat().flatMap((one) => (one === undefined ? [] : [one.address])))];
}
