import { crc32, deflateSync, inflateSync } from 'node:zlib';

type Image = { width: number; height: number; pixels: Buffer };

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const RGB = 3;
const MOST_COLORS = 256;
/** The most frequent colours: they are kept as they are. */
const OF_AREAS = 64;

/**
 * The same picture with up to 256 colours, in about a third of the bytes. Whatever has an area
 * keeps its colour; some edges of letters get one that is near. `png` is one that Chromium has
 * made: RGB of 8 bits, not interlaced.
 */
export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decoded(png);
  const colors = colorsOf(pixels);
  const palette = paletteOf(colors);
  const places = new Map(colors.map((color) => [color, nearest(palette, color).place]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < width * height; i++)
    rows[i + Math.floor(i / width) + 1] = places.get(pixels.readUIntBE(i * RGB, RGB)) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const entries = Buffer.alloc(palette.length * RGB);
  for (const [place, color] of palette.entries()) entries.writeUIntBE(color, place * RGB, RGB);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', entries),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}

/** All colours, the most frequent first. */
function colorsOf(pixels: Buffer): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < pixels.length; i += RGB) {
    const color = pixels.readUIntBE(i, RGB);
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([color]) => color);
}

/** Those of areas, and of the others so many, and so far apart, that there is room for all. */
function paletteOf(colors: number[]): number[] {
  for (let apart = 0; ; apart += 2) {
    const palette: number[] = [];
    for (const color of colors)
      if (palette.length < OF_AREAS || nearest(palette, color).distance > apart)
        palette.push(color);
    if (palette.length <= MOST_COLORS) return palette;
  }
}

function nearest(palette: number[], color: number): { place: number; distance: number } {
  let best = { place: 0, distance: Infinity };
  for (const [place, one] of palette.entries()) {
    const distance = distanceOf(one, color);
    if (distance < best.distance) best = { place, distance };
  }
  return best;
}

const distanceOf = (one: number, other: number) =>
  Math.hypot(
    (one >> 16) - (other >> 16),
    ((one >> 8) & 255) - ((other >> 8) & 255),
    (one & 255) - (other & 255),
  );

function decoded(png: Buffer): Image {
  const data: Buffer[] = [];
  let header: Buffer = Buffer.alloc(0);
  for (let at = SIGNATURE.length; at < png.length;) {
    const end = at + 8 + png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR') header = png.subarray(at + 8, end);
    if (type === 'IDAT') data.push(png.subarray(at + 8, end));
    at = end + 4;
  }
  if (header.toString('hex', 8) !== '0802000000') throw new Error('not a PNG of RGB');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  return { width, height, pixels: unfiltered(inflateSync(Buffer.concat(data)), width) };
}

/** Each row begins with the filter that it was written with. */
function unfiltered(rows: Buffer, width: number): Buffer {
  const stride = width * RGB;
  const pixels = Buffer.alloc((rows.length / (stride + 1)) * stride);
  const at = (i: number) => pixels[i] ?? 0;
  for (let i = 0; i < pixels.length; i++) {
    const row = Math.floor(i / stride);
    const isFirst = i % stride < RGB;
    const left = isFirst ? 0 : at(i - RGB);
    const corner = isFirst || row === 0 ? 0 : at(i - stride - RGB);
    const guess = predicted(rows[row * (stride + 1)] ?? 0, [left, at(i - stride), corner]);
    pixels[i] = (rows[i + row + 1] ?? 0) + guess;
  }
  return pixels;
}

/** What a filter expects of a byte, by those on its left, above, and at the corner of both. */
function predicted(filter: number, [left, up, corner]: [number, number, number]): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return Math.floor((left + up) / 2);
  if (filter !== 4) return 0;
  const [byLeft, byUp] = [Math.abs(up - corner), Math.abs(left - corner)];
  const byCorner = Math.abs(left + up - 2 * corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
