import { quoted, type Reader } from '../environment.ts';

const MAX_LENGTH = 1024;

/** What a path of a URI may have (RFC 3986, section 3.3), but for the slash. */
const PCHAR = String.raw`[\w.~!$&'()*+,;=:@-]|%[\dA-Fa-f]{2}`;

/**
 * A URI-reference (RFC 3986, section 4.1): what looks like a scheme, and is none, may not be in
 * front.
 */
const URI_REFERENCE = new RegExp(
  String.raw`^(?:[A-Za-z][A-Za-z\d+.-]*:|(?![^/?#]*:))` +
    String.raw`(?://(?:${PCHAR}|\[[\dA-Fa-f:.]+\])*(?![^/?#]))?` +
    String.raw`(?:${PCHAR}|/)*(?:\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?$`,
);

/** Where CloudEvents say that they come from. */
export function eventSource(env: Reader, name: string): string {
  const value = env.text(name) ?? '/postmand';
  if (value.length > MAX_LENGTH || !URI_REFERENCE.test(value))
    env.fault(
      name,
      `must be a URI or a path of at most ${MAX_LENGTH} characters, such as https://example.com/orders or /orders, but is ${quoted(value)}`,
    );
  return value;
}
