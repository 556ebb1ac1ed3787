import type { Queryable } from './pool.ts';

/**
 * Most text that a page of a list brings into memory, in bytes. The default page holds 50 payloads
 * of the largest size that is allowed by default; 1,000 of them would take a gigabyte, and several
 * times that as JSON.
 */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/** Texts of more bytes are left out where many rows are read at once. */
export const MAX_SHORT_BYTES = 32 * 1024;

/**
 * A column's text in SQL, or null where it is longer than 32 KiB. PostgreSQL knows the length
 * without reading the text.
 */
export function shortText(column: string): string {
  return `case when octet_length(${column}) <= ${MAX_SHORT_BYTES} then ${column} end`;
}

/** The rows of a page hold more text than may be brought into memory at once. */
export class PageTooLarge extends Error {
  override name = 'PageTooLarge';

  constructor(bytes: number, most = MAX_PAGE_BYTES) {
    const mebibytes = (count: number) => `${Math.ceil(count / 1024 / 1024)} MiB`;
    super(
      `this page would hold ${mebibytes(bytes)}, at most ${mebibytes(most)}; ask for fewer items`,
    );
  }
}

/**
 * A row of a list statement that reads each text by `shortText`: 1,000 rows of them are within the
 * bound.
 */
export type Listed<Row, Text extends keyof Row> = Omit<Row, Text> & {
  [Name in Text]: string | null;
};

/**
 * Statements that take ids as their only parameter: one sums the bytes of all their texts as
 * `bytes`, one reads `id` and the texts.
 */
type LongTexts<Text> = { columns: readonly Text[]; size: string; texts: string };

/**
 * Fills in the texts that a list statement has left out. How long they are is known without reading
 * them, so that a page that is too large costs nothing. A page of one row is never too large: less
 * cannot be asked for. A row that is gone meanwhile is left out. @throws PageTooLarge
 */
export async function fillLongTexts<Row extends { id: string }, Text extends keyof Row>(
  db: Queryable,
  listed: Listed<Row, Text>[],
  { columns, size, texts }: LongTexts<Text>,
): Promise<Row[]> {
  const rows = listed as unknown as Row[];
  const isLong = (row: Row) => columns.some((column) => row[column] === null);
  const ids = rows.filter(isLong).map(({ id }) => id);
  if (ids.length === 0) return rows;
  const sized = await db.query<{ bytes: number }>(size, [ids]);
  const bytes = rows.reduce(
    (sum, row) => sum + (isLong(row) ? 0 : bytesOf(row, columns)),
    sized.rows[0]?.bytes ?? 0,
  );
  if (bytes > MAX_PAGE_BYTES && rows.length > 1) throw new PageTooLarge(bytes);

  const read = await db.query<Row>(texts, [ids]);
  const found = new Map(read.rows.map((row) => [row.id, row]));
  return rows.flatMap((row) => (isLong(row) ? joined(row, found.get(row.id)) : row));
}

function joined<Row>(row: Row, texts: Partial<Row> | undefined): Row[] {
  return texts === undefined ? [] : [{ ...row, ...texts }];
}

function bytesOf<Row>(row: Row, columns: readonly (keyof Row)[]): number {
  return columns.reduce((sum, column) => sum + Buffer.byteLength(String(row[column])), 0);
}
