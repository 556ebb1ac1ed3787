import type { Auth } from './auth/auth.ts';
import { isMask, NOTHING_KEPT } from './mask.ts';

/** A `token` of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MAX_NAME = 64;
/** As openapi.yaml has it: a PATCH adds to those that are there. */
const MAX_HEADERS = 20;

const OF_THE_CONNECTION = 'it belongs to the connection';
const OF_A_PROXY = 'it is for a proxy';
const OF_OUR_OWN = 'names like it are for what Postmand says of a delivery';

/** Why a header cannot be set, by its name in lower case. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['host', 'it is made from url'],
  ['content-length', 'it is made from the payload'],
  ['content-type', 'it is the setting content_type'],
  ['content-encoding', 'the payload is sent as it is'],
  ['transfer-encoding', OF_THE_CONNECTION],
  ['connection', OF_THE_CONNECTION],
  ['keep-alive', OF_THE_CONNECTION],
  ['upgrade', OF_THE_CONNECTION],
  ['http2-settings', OF_THE_CONNECTION],
  ['te', OF_THE_CONNECTION],
  ['trailer', OF_THE_CONNECTION],
  ['expect', 'the payload is sent without waiting'],
  // An object of JavaScript cannot have it as a plain member, so HTTP libraries leave it out.
  ['__proto__', 'it cannot be sent'],
]);

/** The same for names that begin so. */
const RESERVED_STARTS: [start: string, why: string][] = [
  ['proxy-', OF_A_PROXY],
  ['webhook-', OF_OUR_OWN],
  ['x-hub-', OF_OUR_OWN],
];

/**
 * Why requests cannot carry these headers, to be read by itself; undefined: they can. Names are in
 * it, values are not.
 */
export function headersFault({
  headers,
  auth,
}: {
  headers: Record<string, string>;
  auth: Auth | null;
}): string | undefined {
  if (Object.keys(headers).length > MAX_HEADERS)
    return `headers: must NOT have more than ${MAX_HEADERS} properties`;
  const spelled = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    const fault = nameFault(name, auth) ?? valueFault(value) ?? repeated(spelled.get(lower));
    if (fault !== undefined) return `headers.${name.slice(0, MAX_NAME)}: ${fault}`;
    spelled.set(lower, name);
  }
  return undefined;
}

function nameFault(name: string, auth: Auth | null): string | undefined {
  if (name.length > MAX_NAME) return `a name must NOT have more than ${MAX_NAME} characters`;
  if (!TOKEN.test(name)) return "a name must be letters, digits and !#$%&'*+-.^_`|~";
  const lower = name.toLowerCase();
  if (lower === 'authorization' && auth !== null) return 'cannot be set: it is made from auth';
  const why =
    RESERVED.get(lower) ?? RESERVED_STARTS.find(([start]) => lower.startsWith(start))?.[1];
  return why && `cannot be set: ${why}`;
}

/** No space at its ends: whoever reads it leaves those out (RFC 9110, section 5.5). */
function valueFault(value: string): string | undefined {
  if (isMask(value)) return NOTHING_KEPT;
  if (!/^[ -~]*$/.test(value)) return 'must be printable ASCII';
  return value.trim() === value ? undefined : 'must not begin or end with a space';
}

function repeated(other: string | undefined): string | undefined {
  return other && `is the same header as ${other}: case makes no difference`;
}
