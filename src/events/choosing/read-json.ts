import type { TimeSlices } from '../../process/time-slices.ts';

/** A text of up to this length is parsed in some milliseconds, whatever it holds. */
const HARMLESS_LENGTH = 64 * 1024;

/** Values, names and ends that are read between two looks at the clock. */
const STEPS = 500;

/**
 * What JSON.parse makes of a text, without standing still for long: JSON.parse takes 5 ms for 1 MiB
 * as a rule, and more than 100 where that is full of members. @throws SyntaxError
 */
export async function readJson(text: string, slices: TimeSlices): Promise<unknown> {
  if (text.length <= HARMLESS_LENGTH) return JSON.parse(text) as unknown;
  const reader = new JsonReader(text);
  while (!reader.read(STEPS)) if (slices.areOver) await slices.next();
  return reader.value;
}

type Container = unknown[] | Record<string, unknown>;

/** What has to come next. `first`: or the end of what was just opened. */
type Expected = 'value' | 'first value' | 'name' | 'first name' | 'more' | 'nothing';

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const LITERALS = new Map<string, [text: string, value: unknown]>([
  ['t', ['true', true]],
  ['f', ['false', false]],
  ['n', ['null', null]],
]);

/** Reads a text step by step. However deep it is nested, nothing calls itself. */
class JsonReader {
  value: unknown;
  readonly #text: string;
  #at = 0;
  #expected: Expected = 'value';
  /** What is open: objects and arrays, the innermost last, and the names that wait for a value. */
  readonly #open: Container[] = [];
  readonly #names: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes on by so many steps. True: `value` is complete. @throws SyntaxError */
  read(steps: number): boolean {
    for (let left = steps; left > 0; left -= 1) {
      const next = this.#skipSpace();
      if (this.#expected === 'nothing') {
        if (next !== '') throw this.#fault();
        return true;
      }
      this.#step(next);
    }
    return false;
  }

  #step(next: string): void {
    const expected = this.#expected;
    if (expected === 'more') return this.#readMore(next);
    if (expected === 'first name' && next === '}') return this.#close();
    if (expected === 'first value' && next === ']') return this.#close();
    if (expected === 'name' || expected === 'first name') return this.#readName(next);
    return this.#readValue(next);
  }

  #readValue(next: string): void {
    if (next === '{') return this.#begin({}, 'first name');
    if (next === '[') return this.#begin([], 'first value');
    this.#put(next === '"' ? this.#readText() : this.#readScalar(next));
    this.#expected = this.#open.length === 0 ? 'nothing' : 'more';
  }

  #readName(next: string): void {
    if (next !== '"') throw this.#fault();
    this.#names.push(this.#readText());
    if (this.#skipSpace() !== ':') throw this.#fault();
    this.#at += 1;
    this.#expected = 'value';
  }

  #readMore(next: string): void {
    const isArray = Array.isArray(this.#open.at(-1));
    if (next === (isArray ? ']' : '}')) return this.#close();
    if (next !== ',') throw this.#fault();
    this.#at += 1;
    this.#expected = isArray ? 'value' : 'name';
  }

  #begin(container: Container, expected: Expected): void {
    this.#put(container);
    this.#open.push(container);
    this.#at += 1;
    this.#expected = expected;
  }

  #close(): void {
    this.#open.pop();
    this.#at += 1;
    this.#expected = this.#open.length === 0 ? 'nothing' : 'more';
  }

  #put(value: unknown): void {
    const container = this.#open.at(-1);
    if (container === undefined) this.value = value;
    else if (Array.isArray(container)) container.push(value);
    else setMember(container, this.#names.pop() as string, value);
  }

  /** From one quotation mark to the next that no backslash escapes. */
  #readText(): string {
    const text = this.#text;
    const start = this.#at;
    let isPlain = true;
    for (let i = start + 1; i < text.length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit === QUOTE) {
        this.#at = i + 1;
        if (isPlain) return text.slice(start + 1, i);
        return JSON.parse(text.slice(start, i + 1)) as string;
      }
      if (unit === BACKSLASH) {
        isPlain = false;
        i += 1;
      } else if (unit < SPACE) break;
    }
    throw this.#fault();
  }

  #readScalar(next: string): unknown {
    const [text, value] = LITERALS.get(next) ?? [];
    if (text !== undefined && this.#text.startsWith(text, this.#at)) {
      this.#at += text.length;
      return value;
    }
    NUMBER.lastIndex = this.#at;
    const digits = NUMBER.exec(this.#text)?.[0];
    if (digits === undefined) throw this.#fault();
    this.#at += digits.length;
    return Number(digits);
  }

  /** The character behind white space, as RFC 8259 has that; empty at the end. */
  #skipSpace(): string {
    while (SPACES.has(this.#text.charCodeAt(this.#at))) this.#at += 1;
    return this.#text.charAt(this.#at);
  }

  #fault(): SyntaxError {
    return new SyntaxError(`no JSON from character ${this.#at} on`);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const SPACES: ReadonlySet<number> = new Set([SPACE, 0x09, 0x0a, 0x0d]);

/** As JSON.parse does it: also of the name `__proto__`. */
function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value;
  else
    Object.defineProperty(object, name, {
      ...{ value, configurable: true, enumerable: true, writable: true },
    });
}
