const LF = 0x0a;

/** A line with the size of a chunk (RFC 9112, section 7.1), and what of it may have come so far. */
const SIZE_LINE = /^([0-9a-f]{1,13})[ \t]*(;.*)?\r\n$/i;
const PART_OF_SIZE_LINE = /^[0-9a-f]{0,13}[ \t]{0,100}(;[^\r\n]{0,1000})?\r?$/i;

/** Chunks behind these are left as they are: 64 KiB of the smallest would take 30 ms. */
const MAX_CHUNKS = 1000;

/**
 * Takes the spaces away with which some servers fill up the sizes of chunks, small devices and load
 * balancers among them. Browsers and Go's net/http take them, Node.js does not. Follows the chunks
 * of one body; everything else about them stays for Node.js to judge.
 */
export class ChunkSizes {
  repaired = false;
  #line = '';
  /** Bytes to come before the next size. */
  #left = 0;
  #isOver = false;
  #chunks = 0;

  /** What is to be read in place of these bytes. */
  add(bytes: Buffer): Buffer {
    const out: Buffer[] = [];
    let copied = 0;
    let at = this.#skip(bytes, 0);
    while (at < bytes.length && !this.#isOver) {
      const lf = bytes.indexOf(LF, at);
      const end = lf < 0 ? bytes.length : lf + 1;
      const came = bytes.toString('latin1', at, end);
      const read = this.#readLine(this.#line + came);
      if (read !== came) {
        out.push(bytes.subarray(copied, at), Buffer.from(read, 'latin1'));
        copied = end;
      }
      at = this.#skip(bytes, end);
    }
    return out.length === 0 ? bytes : Buffer.concat([...out, bytes.subarray(copied)]);
  }

  /** What was held back of a line that did not come to its end. */
  rest(): Buffer {
    return Buffer.from(this.#line, 'latin1');
  }

  /** The line as it is to be read. One that is not whole yet is held back. */
  #readLine(line: string): string {
    const [whole, size = '', extensions = ''] = SIZE_LINE.exec(line) ?? [];
    this.#line = whole === undefined && PART_OF_SIZE_LINE.test(line) ? line : '';
    if (this.#line !== '') return '';
    // The last chunk has the size 0; behind it come trailers.
    this.#isOver = whole === undefined || /^0+$/.test(size) || ++this.#chunks >= MAX_CHUNKS;
    if (whole === undefined) return line;
    this.#left = Number.parseInt(size, 16) + 2;
    const plain = `${size}${extensions}\r\n`;
    this.repaired ||= plain !== line;
    return plain;
  }

  /** Where the next size begins, behind the data of the present chunk and its line end. */
  #skip(bytes: Buffer, from: number): number {
    const to = Math.min(from + this.#left, bytes.length);
    this.#left -= to - from;
    return to;
  }
}
