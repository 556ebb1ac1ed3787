/**
 * Heads of responses that Node.js refuses and other clients take. What is repaired here is what
 * RFC 9112 lets a recipient take and Go's net/http takes: a bare LF as the end of a line (section
 * 2.2), several spaces before the status (4), spaces before a colon (5.1), folded lines (5.2), one
 * Content-Length several times, and Content-Length beside chunks (6.3).
 */

/**
 * Signs that something may be in need of repair. A reason phrase with ` :` in it is one as well.
 */
const IRREGULAR = /[^\r]\n|\n[ \t]|^HTTP\/\d\.\d {2}|^[^:\r\n]+[ \t]:/m;
/**
 * Heads with more lines are left as they are: 30,000 lines take 36 ms, in which nothing else
 * happens.
 */
const MAX_LINES = 1000;

const FRAMING = /^(?:content-length|transfer-encoding):/gim;

/**
 * The lines of a head, each with its end, as Node.js takes them; the same string where nothing
 * needs repair. A character is a byte (latin1).
 */
export function repairedHead(head: string): string {
  if (!IRREGULAR.test(head) && (head.match(FRAMING)?.length ?? 0) < 2) return head;
  const [start = '', ...lines] = head.replace(/\r?\n$/, '').split(/\r?\n/);
  if (lines.length > MAX_LINES) return head;
  const status = start.replace(/^(HTTP\/\d\.\d) {2,}/, '$1 ');
  const fields = unfolded(lines).map((field) => field.replace(/^([^:\s]+)[ \t]+:/, '$1:'));
  return [status, ...oneLength(fields, status.startsWith('HTTP/1.1')), ''].join('\r\n');
}

/**
 * A line that begins with white space goes on with the one before it. Node.js refuses a first one.
 */
function unfolded(lines: string[]): string[] {
  const fields: string[][] = [];
  for (const line of lines) {
    const field = fields.at(-1);
    if (field !== undefined && /^[ \t]/.test(line)) field.push(trimmed(line));
    else fields.push([line]);
  }
  return fields.map(([first = '', ...more]) =>
    more.length === 0 ? first : [trimmed(first), ...more].join(' '),
  );
}

/**
 * Chunks need no length, and the same length twice is one length. Different ones stay for Node.js
 * to refuse.
 */
function oneLength(fields: string[], knowsChunks: boolean): string[] {
  const lengths = fields.filter((field) => /^content-length:/i.test(field));
  if (lengths.length === 0) return fields;
  const encodings = fields.filter((field) => /^transfer-encoding:/i.test(field));
  const isChunked =
    knowsChunks && encodings.length === 1 && valueOf(encodings[0]).toLowerCase() === 'chunked';
  if (!isChunked && new Set(lengths.map(valueOf)).size > 1) return fields;
  const kept = isChunked ? -1 : fields.indexOf(lengths[0] ?? '');
  return fields.filter((field, i) => i === kept || !/^content-length:/i.test(field));
}

function valueOf(field = ''): string {
  return trimmed(field.slice(field.indexOf(':') + 1));
}

/**
 * Without spaces and tabs at the ends. `trim` would take other bytes too, and a regular expression
 * quadratic time.
 */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
