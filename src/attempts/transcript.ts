import type { Header } from '../sending/sent.ts';
import type { WebhookRequest } from '../sending/request.ts';
import { MAX_HEADERS, type ResponseHead } from '../sending/response-head.ts';
import { MASK } from '../webhooks/request/mask.ts';
import { isHead } from './raw-request.ts';

const CUT = '…[cut]';
const CRLF = '\r\n';

/**
 * The request as stored in raw_request: request line, Host, headers and an empty line, without the
 * values that it conceals. The payload is in the delivery, and `raw-request.ts` puts it behind them
 * where they are read. Where that could not tell whether it is there already, it is stored as well,
 * and so is a body that is more than the payload.
 */
export function requestTranscript(request: WebhookRequest): string {
  const url = URL.parse(request.url);
  // Anywhere in a URL that cannot be parsed there may be a password.
  const target = url === null ? '(not a valid URL)' : `${url.pathname}${url.search}`;
  const lines = [
    `POST ${target} HTTP/1.1`,
    `Host: ${url?.host ?? ''}`,
    ...shownHeaders(request).map(([name, value]) => `${name}: ${value}`),
  ];
  const head = storable([...lines, '', ''].join(CRLF));
  return isHead(head) && !request.isWrapped ? head : head + request.body;
}

/** The headers of a request as people see them: the values that it conceals are masked. */
export function shownHeaders({ headers, concealed }: WebhookRequest): Header[] {
  if (concealed === undefined) return headers;
  return headers.map(([name, value]) => [
    name,
    concealed.includes(name.toLowerCase()) ? MASK : value,
  ]);
}

/**
 * The response as stored in raw_response: status line, headers in alphabetical order, an empty
 * line, the body.
 */
export function responseTranscript(head: ResponseHead, body: Buffer, cut: boolean): string {
  const status = `HTTP/${head.httpVersion} ${head.status} ${utf8(head.reason)}`.trimEnd();
  const text = decode(body, cut);
  return storable([status, ...sortedHeaders(head.rawHeaders), '', text].join(CRLF));
}

function sortedHeaders(rawHeaders: string[]): string[] {
  const lines: { name: string; value: string }[] = [];
  for (let i = 0; i + 1 < rawHeaders.length && lines.length < MAX_HEADERS; i += 2) {
    lines.push({ name: canonical(rawHeaders[i] ?? ''), value: utf8(rawHeaders[i + 1] ?? '') });
  }
  // Stable: several values of one header stay in the order in which they came.
  const sorted = lines
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, value }) => `${name}: ${value}`);
  return rawHeaders.length > MAX_HEADERS * 2 ? [...sorted, CUT] : sorted;
}

/** `content-type` → `Content-Type`, the spelling that HTTP/1.1 documents use. */
function canonical(name: string): string {
  return name
    .toLowerCase()
    .replace(
      /(^|-)([a-z])/g,
      (_all, before: string, letter: string) => before + letter.toUpperCase(),
    );
}

/**
 * Invalid UTF-8 becomes U+FFFD; a character cut in half by the limit is left out, and the cut is
 * marked.
 */
function decode(body: Buffer, cut: boolean): string {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body, { stream: cut });
  return cut ? `${text}${CUT}` : text;
}

/** Servers write UTF-8 into headers. Bytes that are not UTF-8 become U+FFFD, as in the body. */
function utf8(bytes: string): string {
  return /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;
}

/** PostgreSQL's text holds every character but U+0000. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}
