import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

/** How a browser may get a file, the shortest form first (RFC 9110, section 8.4.1). */
export const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const COMPRESS: Record<Encoding, (text: string) => Promise<Buffer>> = {
  br: promisify<string, Buffer>(brotliCompress),
  gzip: (text) => promisify(gzip)(text, { level: 9 }),
};

/** A file of the dashboard. It is compressed when somebody first asks for it, and kept so. */
export class ServedFile {
  readonly type: string;
  readonly text: string;
  readonly #compressed = new Map<Encoding, Promise<Buffer>>();

  constructor(type: string, text: string) {
    this.type = type;
    this.text = text;
  }

  as(encoding: Encoding): Promise<Buffer> {
    const known = this.#compressed.get(encoding) ?? COMPRESS[encoding](this.text);
    this.#compressed.set(encoding, known);
    return known;
  }
}
