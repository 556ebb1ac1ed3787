import type { Socket } from 'node:net';
import { ChunkSizes } from './chunk-sizes.ts';
import { repairedHead } from './head-repair.ts';

/** More of a head is not held back for repair: Node.js then judges it as it came. */
const MAX_HELD_BYTES = 64 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);
const START = /^HTTP\/\d\.\d +\d{3}/;
/**
 * An interim answer (1xx), behind which comes another head. Behind a 101 comes another protocol.
 */
const INTERIM = /^HTTP\/\d\.\d +1(?!01)\d\d/;
const CHUNKED = /^transfer-encoding:[ \t]*chunked[ \t]*\r$/im;

const readers = new WeakMap<object, AnswerReader>();

/**
 * Repairs the next answer on this connection where other clients take it and Node.js does not. To
 * be called for each request.
 */
export function readLeniently(socket: Socket): void {
  const reader = readers.get(socket) ?? new AnswerReader(socket);
  readers.set(socket, reader);
  reader.expectAnswer();
}

/** Whether an answer on this connection needed repair. */
export function neededRepair(socket: object): boolean {
  return readers.get(socket)?.repaired === true;
}

/**
 * Stands between a socket and whoever reads it, by way of `push`, with which a socket hands on what
 * has arrived. Afterwards it is too late: Node.js's parser destroys the socket at the first byte
 * that it refuses.
 */
class AnswerReader {
  #inHead = false;
  #headRepaired = false;
  #held: Buffer = NOTHING;
  /** What is held begins here, with room for more behind it. */
  #room: Buffer = NOTHING;
  #chunks: ChunkSizes | undefined;
  readonly #handOn: Socket['push'];

  constructor(socket: Socket) {
    this.#handOn = socket.push.bind(socket);
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk === null) return this.#end();
      return Buffer.isBuffer(chunk) ? this.#read(chunk) : this.#handOn(chunk, encoding);
    };
  }

  get repaired(): boolean {
    return this.#headRepaired || this.#chunks?.repaired === true;
  }

  expectAnswer(): void {
    this.#inHead = true;
    this.#chunks = undefined;
  }

  #read(bytes: Buffer): boolean {
    const ready = this.#inHead ? this.#readHead(bytes) : (this.#chunks?.add(bytes) ?? bytes);
    // True means: read on.
    return ready.length === 0 || this.#handOn(ready);
  }

  #end(): boolean {
    const rest = this.#chunks?.rest() ?? this.#held;
    if (rest.length > 0) this.#handOn(rest);
    return this.#handOn(null);
  }

  /** Whole heads, and what comes behind the last one. An unfinished head is held back. */
  #readHead(bytes: Buffer): Buffer {
    const all = this.#held.length === 0 ? bytes : this.#heldWith(bytes);
    const heads: Buffer[] = [];
    let at = 0;
    let end = headEnd(all, at, this.#held.length);
    while (end !== undefined) {
      heads.push(this.#head(all.subarray(at, end)));
      at = end;
      end = this.#inHead ? headEnd(all, at, at) : undefined;
    }
    const rest = all.subarray(at);
    this.#inHead &&= rest.length <= MAX_HELD_BYTES && mayBeHead(rest);
    this.#held = this.#inHead ? rest : NOTHING;
    if (at > 0 || !this.#inHead) this.#room = NOTHING;
    const body = this.#inHead ? NOTHING : (this.#chunks?.add(rest) ?? rest);
    return this.repaired ? Buffer.concat([...heads, body]) : all.subarray(0, at + body.length);
  }

  /**
   * A head may come a byte at a time: copying all of it for each, 64 KiB took 600 ms. So the room
   * doubles.
   */
  #heldWith(bytes: Buffer): Buffer {
    const length = this.#held.length + bytes.length;
    if (length > this.#room.length) {
      this.#room = Buffer.allocUnsafeSlow(2 * length);
      this.#held.copy(this.#room);
    }
    bytes.copy(this.#room, this.#held.length);
    return this.#room.subarray(0, length);
  }

  #head(bytes: Buffer): Buffer {
    const head = bytes.toString('latin1');
    this.#inHead = INTERIM.test(head);
    if (!START.test(head)) return bytes;
    const [, lines = '', emptyLine = ''] = /^([^]*\n)(\r?\n)$/.exec(head) ?? [];
    const repaired = repairedHead(lines);
    if (!this.#inHead && CHUNKED.test(repaired)) this.#chunks = new ChunkSizes();
    if (repaired === lines && emptyLine === '\r\n') return bytes;
    this.#headRepaired = true;
    return Buffer.from(`${repaired}\r\n`, 'latin1');
  }
}

/**
 * Where the head ends that begins at `start`: behind an empty line. Up to `searched` there is none.
 */
function headEnd(bytes: Buffer, start: number, searched: number): number | undefined {
  for (
    let i = bytes.indexOf(LF, Math.max(start, searched - 2));
    i >= 0;
    i = bytes.indexOf(LF, i + 1)
  ) {
    if (bytes[i + 1] === LF) return i + 2;
    if (bytes[i + 1] === CR && bytes[i + 2] === LF) return i + 3;
  }
  return undefined;
}

/** What is no HTTP shows that in its first line. Held back, it would end as a time-out. */
function mayBeHead(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 64);
  return start.includes('\n') ? START.test(start) : 'HTTP/'.startsWith(start.slice(0, 5));
}
