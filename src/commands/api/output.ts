import { printable, printableLine } from '../../receiver/printable.ts';
import { painter, type Paint } from '../paint.ts';
import { readerAt, type Zone } from './times.ts';
import { tableLines, wrapped, type Column } from './table.ts';

/** What commands that show things take in common. `json` asks for the answers of the API. */
export type Showing = Zone & { json: boolean };

/** A terminal that was told no size says 0. */
const COLUMNS = 80;
/** The names before facts have so many cells. */
const NAME_CELLS = 13;

/** Where a command writes: results to stdout, and what is said beside them to stderr. */
export class Output {
  readonly zone: Zone;
  readonly json: boolean;
  readonly paint: Paint;
  /** Infinity where it is no terminal: nothing is cut then. */
  readonly width: number;

  constructor({ utc, json }: Showing) {
    this.zone = { utc };
    this.json = json;
    this.paint = painter(process.stdout);
    this.width = process.stdout.isTTY ? process.stdout.columns || COLUMNS : Infinity;
  }

  /** A reader whose time is now. */
  reader() {
    return readerAt(new Date(), this.zone);
  }

  say(line = ''): void {
    process.stdout.write(`${line}\n`);
  }

  /** What no program that reads stdout should take for a result. */
  note(text: string): void {
    process.stderr.write(`${printable(text)}\n`);
  }

  /** A text of any length, broken at the width of the terminal. */
  tell(text: string, { first = '', rest = '', bold = false } = {}): void {
    for (const line of wrapped(printableLine(text), this.width, { first, rest }))
      this.say(bold ? this.paint('bold', line) : line);
  }

  /** A name and what it stands for. */
  fact(name: string, text: string): void {
    const label = this.paint('dim', name.padEnd(NAME_CELLS));
    const [first = '', ...more] = wrapped(printableLine(text), this.width - NAME_CELLS);
    this.say(label + first);
    for (const line of more) this.say(' '.repeat(NAME_CELLS) + line);
  }

  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void {
    const [head = '', ...lines] = tableLines(rows, columns, this.width);
    this.say(this.paint('bold', head));
    for (const line of lines) this.say(line);
  }

  /** One item of a list: a line of JSON, so that a reader need not wait for the last one. */
  jsonLine(item: unknown): void {
    this.say(JSON.stringify(item));
  }

  /** One thing alone: a line of JSON as well, and on a terminal a document that people can read. */
  document(value: unknown): void {
    this.say(JSON.stringify(value, undefined, this.width === Infinity ? undefined : 2));
  }
}
