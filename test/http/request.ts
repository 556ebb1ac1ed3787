import { request, type Agent, type IncomingHttpHeaders } from 'node:http';

export type RawAnswer = {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: unknown;
};

export type RawRequest = {
  headers?: Record<string, string | string[]>;
  /** Sent as it is. Several parts: sent chunked, one by one. */
  body?: string | Buffer | (string | Buffer)[];
  /** Keeps connections for the next request; none: a connection each. */
  agent?: Agent;
};

/**
 * One request with no header that was not asked for but Host, Connection and Content-Length; bytes
 * go out as they are.
 */
export function send(
  method: string,
  url: string,
  { headers = {}, body, agent }: RawRequest = {},
): Promise<RawAnswer> {
  const whole = Array.isArray(body) ? undefined : body;
  const length = whole === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(whole)) };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { method, headers: { ...length, ...headers }, agent: agent ?? false, timeout: 15_000 },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: parsed(text),
          }),
        );
        response.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${url}: no answer in 15 s`)));
    sent.on('error', reject);
    if (Array.isArray(body)) for (const part of body) sent.write(part);
    sent.end(whole);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A UUID that nothing has. */
export const UNKNOWN_ID = '11111111-1111-4111-8111-111111111111';
