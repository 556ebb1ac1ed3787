/** A request or an answer, taken apart. */
export type HttpMessage = {
  /** The request line, or the status line. */
  start: string;
  headers: [name: string, value: string][];
  body: string;
};

/** Takes a transcript of an attempt apart. Undefined where nothing was recorded. */
export function messageOf(raw: string): HttpMessage | undefined {
  if (raw === '') return undefined;
  const end = raw.indexOf('\r\n\r\n');
  const head = end === -1 ? raw : raw.slice(0, end);
  const [start = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(': ');
    return colon === -1 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 2)];
  });
  return { start, headers, body: end === -1 ? '' : raw.slice(end + 4) };
}
