import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import type { RequestHandler } from 'express';
import { BadRequest } from '../problem.ts';

/**
 * Refuses a request for another name than `names`. A web page can let its own name resolve to our
 * address (DNS rebinding). Its browser then takes page and API for the same origin, and lets the
 * page read everything. Only the name in `Host` gives that away. Addresses and `localhost` are
 * always served, as no web page has them for a name. Of `names`, `.example.com` stands for all
 * names below it and `*` for every name, as does undefined.
 */
export function checkHost(names: readonly string[] | undefined): RequestHandler {
  const isTaken = names === undefined || names.includes('*') ? () => true : takes(names);
  return (req, _res, next) => {
    const stranger = authoritiesOf(req).find((authority) => !isTaken(authority));
    if (stranger !== undefined) throw new BadRequest('misdirected', `${shown(stranger)} ${ADVICE}`);
    next();
  };
}

const ADVICE =
  'is none of the names that this server answers to: ' +
  'list it, without a port, in POSTMAND_HTTP_ALLOWED_HOSTS';

/** A name as somebody may have sent it, short enough to leave room for the advice. */
const shown = (text: string) => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);

/**
 * The authority of a whole URL in the request line (RFC 9112, section 3.2.2), and what `Host` says.
 * HTTP/1.0 may have neither.
 */
function authoritiesOf({ url = '', headers }: IncomingMessage): string[] {
  const [, inTarget] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return [inTarget, headers.host].filter((authority) => authority !== undefined);
}

/**
 * A host and perhaps a port (RFC 9110, section 7.2). The port does not matter: forwarded ones
 * differ from ours.
 */
const AUTHORITY = /^(?:\[(?<ipv6>[^\]]*)\]|(?<name>[^:@/?#[\]\s]+))(?::\d*)?$/;

function takes(names: readonly string[]): (authority: string) => boolean {
  const known = names.map(plainName);
  return (authority) => {
    const { ipv6, name } = AUTHORITY.exec(authority)?.groups ?? {};
    if (ipv6 !== undefined) return isIPv6(ipv6);
    const plain = plainName(name ?? '');
    if (isIPv4(plain) || plain === 'localhost' || plain.endsWith('.localhost')) return true;
    return (
      plain !== '' &&
      known.some((one) => (one.startsWith('.') ? plain.endsWith(one) : plain === one))
    );
  };
}

/** `Example.com.` → `example.com`: the same name to DNS. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
