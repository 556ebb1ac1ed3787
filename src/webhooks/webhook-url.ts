/**
 * Why nothing can ever be sent to a URL, to be read behind "the URL of the webhook"; undefined: it
 * can be tried. The sender asks this before each send, as a database may hold what the API refuses
 * today.
 */
export function whyUnsendable(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null) return 'is not valid';
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return 'is not http or https';
  // The parser would take the first segment of the path for the host.
  if (!/^[\p{Cc} ]*https?:\/\//iu.test(url.replace(/[\t\r\n]/g, '')))
    return 'needs two slashes behind its scheme';
  if (!isDecodable(parsed.username) || !isDecodable(parsed.password))
    return 'has credentials that cannot be decoded: write % as %25';
  if (parsed.port === '0') return 'has port 0, on which nothing can listen';
  // got takes what stands before the colon for the path of a socket.
  if (parsed.hostname === 'unix' && `${parsed.pathname}${parsed.search}`.includes(':')) {
    return 'has the host unix and a colon behind it, which stands for a UNIX socket';
  }
  return hostFault(parsed.hostname);
}

/**
 * Why a webhook may not have this URL: nothing can be sent there, or only to another one than is
 * written.
 */
export function whyRefused(url: string): string | undefined {
  return whyUnsendable(url) ?? dotSegments(url);
}

/** Names as DNS has them (RFC 1035, section 2.3.4). A dot at the end is no label. */
function hostFault(host: string): string | undefined {
  const name = host.replace(/\.$/, '');
  if (name.length > 253) return 'has a host name of more than 253 characters';
  const labels = name.split('.');
  if (labels.includes('')) return 'has a host name with an empty part';
  return labels.some((label) => label.length > 63)
    ? 'has a host name with a part of more than 63 characters'
    : undefined;
}

/**
 * The parser resolves them (URL standard, section 4.4), so another path would be sent than is
 * written.
 */
function dotSegments(url: string): string | undefined {
  const [, path = ''] = /^[^/?#]*\/\/[^/?#]*([^?#]*)/.exec(url) ?? [];
  const hasDots = path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
  return hasDots
    ? `has a path with . or .. in it, which would be sent as ${URL.parse(url)?.pathname}: write that`
    : undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
