/**
 * Where the work of a caller stands in a trace, as W3C Trace Context tells it in headers. What is
 * stored is one text: `traceparent`, and behind a space `tracestate` where there is one.
 */

/** As Node.js has them: of several headers of a name it makes one value. */
type TraceHeaders = {
  traceparent?: string | string[] | undefined;
  tracestate?: string | string[] | undefined;
};

/** Version, trace, span, flags, and what a later version may have behind them. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[\x20-\x7e]*)?$/;

/** Of the flags, those that are known: sampled, and that the id of the trace is random. */
const KNOWN_FLAGS = 3;

/**
 * What is stored of the headers of a request; undefined: they tell of no trace. What is malformed
 * counts as not there (W3C Trace Context, section 4.3). `postmand.trace_context_of` reads both in
 * the same way.
 */
export function traceContextOf({ traceparent, tracestate }: TraceHeaders): string | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const kept = keptTraceparent(traceparent);
  if (kept === undefined) return undefined;
  const state = typeof tracestate === 'string' ? keptTracestate(tracestate) : undefined;
  return state === undefined ? kept : `${kept} ${state}`;
}

/** Of one of version 00. */
export const TRACEPARENT_LENGTH = 55;

/** The `traceparent` of what is stored. */
export function traceparentOf(stored: string): string {
  return stored.slice(0, TRACEPARENT_LENGTH);
}

/** The headers that pass on what is stored. */
export function traceHeaders(stored: string | undefined): [name: string, value: string][] {
  if (stored === undefined) return [];
  const headers: [string, string][] = [['traceparent', traceparentOf(stored)]];
  if (stored.length > TRACEPARENT_LENGTH)
    headers.push(['tracestate', stored.slice(TRACEPARENT_LENGTH + 1)]);
  return headers;
}

/** What log lines say of the trace that is stored: nothing where there is none. */
export function traceField(stored: string | null | undefined): { trace_id?: string } {
  return typeof stored === 'string' ? { trace_id: traceIdOf(stored) } : {};
}

/** The id of the trace that is stored. */
export function traceIdOf(stored: string): string {
  return stored.slice(3, 35);
}

/** In the version that is known, whatever version it came in. */
function keptTraceparent(value: string): string | undefined {
  const parts = TRACEPARENT.exec(value);
  if (parts === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = parts;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return `00-${traceId}-${spanId}-0${Number.parseInt(flags, 16) & KNOWN_FLAGS}`;
}

/**
 * From the first character that is no space to the last one. It takes a time in proportion to the
 * length: anybody may send thousands of spaces, and is not asked for a key before.
 */
const WITHIN_SPACES = /[^ \t](?:[^]*[^ \t])?/;

const STATE_MEMBER = /^[a-z0-9][-a-z0-9_*/@]{0,255}=[\x20-\x7e]{0,255}[\x21-\x7e]$/;
const MOST_MEMBERS = 32;

/** So many characters of it everybody passes on, and nobody has to pass on more. */
const MOST_CHARACTERS = 512;

function keptTracestate(value: string): string | undefined {
  const there = value.split(',').flatMap((member) => WITHIN_SPACES.exec(member)?.[0] ?? []);
  const isList = there.every((one) => STATE_MEMBER.test(one) && !/=.*=/.test(one));
  const text = there.join(',');
  if (there.length === 0 || there.length > MOST_MEMBERS || !isList) return undefined;
  return text.length > MOST_CHARACTERS ? undefined : text;
}
