import { printableLine } from '../../receiver/printable.ts';

/** One column. `may`: it is cut where the table is wider than the terminal, the widest first. */
export type Column<Row> = {
  name: string;
  of: (row: Row) => string;
  may?: 'shrink';
  align?: 'right';
  /** Colours the text of a cell, which has its width by then. */
  paint?: (text: string, row: Row) => string;
};

const GAP = '  ';
/** No column is made narrower than this. */
const NARROWEST = 8;

/**
 * A table with its head, a line a row. It fits `width`, as far as columns may shrink; Infinity is
 * for what is no terminal, where nothing is cut.
 */
export function tableLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
): string[] {
  const cells = rows.map((row) => columns.map(({ of }) => printableLine(of(row))));
  const widths = fitted(
    columns.map(({ name, may }, at) => ({
      width: Math.max(name.length, ...cells.map((row) => lengthOf(row[at] ?? ''))),
      least: may === 'shrink' ? Math.max(name.length, NARROWEST) : Infinity,
    })),
    width,
  );
  const line = (texts: readonly string[], row?: Row) =>
    columns
      .map(({ align, paint }, at) => {
        const last = at === columns.length - 1 && align !== 'right';
        const text = sized(texts[at] ?? '', { width: widths[at] ?? 0, align, last });
        return row === undefined || paint === undefined ? text : paint(text, row);
      })
      .join(GAP)
      .trimEnd();
  return [
    line(columns.map(({ name }) => name)),
    ...cells.map((texts, at) => line(texts, rows[at])),
  ];
}

/** Takes from the widest column that may shrink until all fit. */
function fitted(columns: { width: number; least: number }[], width: number): number[] {
  const widths = columns.map((column) => column.width);
  let over = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (columns.length - 1) - width;
  while (over > 0) {
    const at = widest(columns, widths);
    if (at === undefined) break;
    widths[at] = (widths[at] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

function widest(columns: { least: number }[], widths: number[]): number | undefined {
  const [first] = columns
    .map(({ least }, at) => ({ at, width: widths[at] ?? 0, least }))
    .filter(({ width, least }) => width > least)
    .toSorted((one, other) => other.width - one.width);
  return first?.at;
}

type Size = { width: number; align?: 'right' | undefined; last: boolean };

function sized(text: string, { width, align, last }: Size): string {
  const length = lengthOf(text);
  const cut =
    length <= width
      ? text
      : `${Array.from(text)
          .slice(0, Math.max(0, width - 1))
          .join('')}…`;
  const space = ' '.repeat(Math.max(0, width - length));
  if (align === 'right') return space + cut;
  return last ? cut : cut + space;
}

/** In characters: most are a cell wide. */
const lengthOf = (text: string): number => Array.from(text).length;

/** Spaces before the first line of a text, and before those that follow. */
type Indents = { first?: string; rest?: string };

/** Breaks a text at spaces, so that its lines fit `width`. A word that is longer stays whole. */
export function wrapped(text: string, width: number, { first = '', rest = '' }: Indents = {}) {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(' ')) {
    const longer: string = line === undefined ? first + word : `${line} ${word}`;
    if (line !== undefined && lengthOf(longer) > width) {
      lines.push(line);
      line = rest + word;
    } else line = longer;
  }
  return [...lines, line ?? ''];
}
