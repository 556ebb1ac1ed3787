import { Agent } from 'node:http';
import { call, isSuccess } from '../http.ts';

type Request = {
  method: 'POST' | 'PUT';
  url: string;
  headers?: Record<string, string>;
  body: unknown;
};

/** The JSON of the answer. @throws unless it is a 2xx. */
export async function requested<Answer>({ method, url, headers = {}, body }: Request) {
  const agent = new Agent();
  const { status, text } = await call(agent, { method, url, headers, body: JSON.stringify(body) });
  if (!isSuccess(status)) throw new Error(`${method} ${url}: ${status} ${text}`);
  return JSON.parse(text || 'null') as Answer;
}
