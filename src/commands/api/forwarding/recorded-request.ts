import type { Header } from '../../../sending/sent.ts';
import { isMask } from '../../../webhooks/request/mask.ts';

/** A request as an attempt recorded it. `concealed` names headers whose values are not known. */
export type RecordedRequest = {
  method: string;
  /** Path and query. */
  target: string;
  headers: Header[];
  body: string;
  concealed: string[];
};

const EMPTY_LINE = '\r\n\r\n';

/** The request in a `raw_request`; undefined where none was recorded, or it was removed. */
export function recordedRequest(raw: string): RecordedRequest | undefined {
  const end = raw.indexOf(EMPTY_LINE);
  const [first = '', ...lines] = raw.slice(0, Math.max(0, end)).split('\r\n');
  const [, method, target] = /^([A-Z]+) (.*) HTTP\/1\.1$/.exec(first) ?? [];
  if (method === undefined || target === undefined) return undefined;
  const headers = lines.map(headerOf);
  return {
    method,
    target,
    headers: headers.filter(([, value]) => !isMask(value)),
    body: raw.slice(end + EMPTY_LINE.length),
    concealed: headers.filter(([, value]) => isMask(value)).map(([name]) => name),
  };
}

function headerOf(line: string): Header {
  const [name = '', ...rest] = line.split(': ');
  return [name, rest.join(': ')];
}
