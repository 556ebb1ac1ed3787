import { refusedCertificate } from './certificate-alert.ts';
import { SendError } from './send-error.ts';

export type FailureReason =
  | 'timeout'
  | 'dns'
  | 'not_allowed'
  | 'refused'
  | 'unreachable'
  | 'proxy'
  | 'reset'
  | 'tls'
  | 'protocol'
  | 'invalid'
  | 'token'
  | 'crashed'
  | 'other';

type Failure = { reason: FailureReason; message: string };

/** Where a request was sent, in how much time, and through which proxy, where there is one. */
type Sent = { url: string; timeoutMs: number; proxyUrl?: string | undefined };

/**
 * What a failed send is called in the attempt's `error`: short, stable, in plain words.
 * Nothing of the URL but its host appears: a URL may hold a password.
 */
export function describeFailure(error: unknown, { url, timeoutMs, proxyUrl }: Sent): Failure {
  const host = URL.parse(url)?.hostname ?? '';
  const inner = innermost(error);
  if (inner instanceof SendError) return describeSendError(inner, host, timeoutMs);
  if (proxyUrl !== undefined && isAbout(inner, proxyUrl, url))
    return { reason: 'proxy', message: 'the proxy cannot be reached' };
  const { code, message } = wordsOf(inner);
  return (
    BY_CODE[code]?.(host) ??
    byPattern({ code, message }, host) ?? {
      reason: 'other',
      message: code === '' ? NAMELESS : `request failed: ${code}`,
    }
  );
}

/** A fault in the code that sends. The message of the error is left out, as it may hold the URL. */
const NAMELESS = 'request failed: neither Node.js nor the endpoint gave a reason';

/**
 * Node.js tells the name that it did not find, or the port that it did not reach: those of the
 * proxy, or of the target itself.
 */
function isAbout(error: unknown, proxyUrl: string, targetUrl: string): boolean {
  const { hostname, port } = (error ?? {}) as { hostname?: unknown; port?: unknown };
  const [proxy, target] = [URL.parse(proxyUrl), URL.parse(targetUrl)];
  if (hostname !== undefined) return hostname === proxy?.hostname && hostname !== target?.hostname;
  return port !== undefined && port === portOf(proxy) && port !== portOf(target);
}

function portOf(url: URL | null): number {
  return Number(url?.port) || (url?.protocol === 'https:' ? 443 : 80);
}

function describeSendError({ code, detail }: SendError, host: string, timeoutMs: number): Failure {
  switch (code) {
    case 'TIMEOUT':
      return { reason: 'timeout', message: `timeout after ${timeoutMs / 1000} s` };
    case 'NOT_ALLOWED':
      return { reason: 'not_allowed', message: `target not allowed: ${host} is ${detail}` };
    case 'COMMON_NAME_ONLY':
      return {
        reason: 'tls',
        message: `certificate names ${host} only as common name, not as subject alternative name`,
      };
    case 'CLIENT_CERTIFICATE':
      return { reason: 'invalid', message: 'the client certificate of the webhook cannot be used' };
    case 'UNSENDABLE':
      return { reason: 'invalid', message: `the URL of the webhook ${detail}` };
    case 'UPGRADE':
      return { reason: 'protocol', message: 'the endpoint switched protocols (101)' };
    case 'INTERIM_FLOOD':
      return { reason: 'protocol', message: 'too many interim responses (1xx)' };
  }
}

const BY_CODE: Record<string, (host: string) => Failure> = {
  ENOTFOUND: (host) => ({ reason: 'dns', message: `name not found: ${host}` }),
  EAI_AGAIN: (host) => ({ reason: 'dns', message: `name lookup failed for now: ${host}` }),
  ECONNREFUSED: () => ({ reason: 'refused', message: 'connection refused' }),
  ECONNRESET: () => ({ reason: 'reset', message: 'connection reset before a complete response' }),
  ERR_HTTP_CONTENT_LENGTH_MISMATCH: () => ({
    reason: 'reset',
    message: 'connection closed before a complete response',
  }),
  ERR_STREAM_PREMATURE_CLOSE: () => ({
    reason: 'reset',
    message: 'connection closed before a complete response',
  }),
  EPIPE: () => ({ reason: 'reset', message: 'connection closed before a complete response' }),
  ETIMEDOUT: () => ({ reason: 'timeout', message: 'timeout while connecting' }),
  ERR_PROXY_TUNNEL: (host) => ({
    reason: 'proxy',
    message: `the proxy made no connection to ${host}`,
  }),
  ECONNABORTED: () => ({
    reason: 'reset',
    message: 'connection closed before a complete response',
  }),
  EHOSTDOWN: () => ({ reason: 'unreachable', message: 'host unreachable' }),
  ENETDOWN: () => ({ reason: 'unreachable', message: 'network unreachable' }),
  EACCES: () => ({ reason: 'unreachable', message: 'this machine may not connect there' }),
  EPERM: () => ({ reason: 'unreachable', message: 'this machine may not connect there' }),
  EHOSTUNREACH: () => ({ reason: 'unreachable', message: 'host unreachable' }),
  ENETUNREACH: () => ({ reason: 'unreachable', message: 'network unreachable' }),
  EINVAL: () => ({ reason: 'unreachable', message: 'address not available' }),
  EADDRNOTAVAIL: () => ({ reason: 'unreachable', message: 'address not available' }),
  CERT_HAS_EXPIRED: () => ({ reason: 'tls', message: 'certificate expired' }),
  DEPTH_ZERO_SELF_SIGNED_CERT: () => ({ reason: 'tls', message: 'certificate is self-signed' }),
  SELF_SIGNED_CERT_IN_CHAIN: () => ({
    reason: 'tls',
    message: 'certificate chain has a self-signed certificate',
  }),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => ({
    reason: 'tls',
    message: 'certificate is not signed by a known authority',
  }),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => ({
    reason: 'tls',
    message: 'certificate is not signed by a known authority',
  }),
  ERR_TLS_CERT_ALTNAME_INVALID: (host) => ({
    reason: 'tls',
    message: `certificate is not for ${host}`,
  }),
  HPE_HEADER_OVERFLOW: () => ({ reason: 'protocol', message: 'response headers too large' }),
  ERR_INVALID_URL: () => ({ reason: 'invalid', message: 'the URL of the webhook is not valid' }),
  ERR_UNSUPPORTED_PROTOCOL: () => ({
    reason: 'invalid',
    message: 'the URL of the webhook is not http or https',
  }),
  ERR_INVALID_CHAR: () => ({
    reason: 'invalid',
    message: 'a header would hold a character that HTTP does not allow',
  }),
  ERR_UNESCAPED_CHARACTERS: () => ({
    reason: 'invalid',
    message: 'the URL of the webhook is not valid',
  }),
  ERR_SOCKET_BAD_PORT: () => ({
    reason: 'invalid',
    message: 'the port in the URL of the webhook is not valid',
  }),
};

/** What OpenSSL says of certificates, as far as it is not in the table (Node.js's names for it). */
const CERTIFICATE_FAULT =
  /^(UNABLE_TO_|ERROR_IN_|CRL_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|UNSPECIFIED$)/;

function byPattern(
  { code, message }: { code: string; message: string },
  host: string,
): Failure | undefined {
  if (code.startsWith('HPE_'))
    return { reason: 'protocol', message: 'the answer is not valid HTTP' };
  if (code.startsWith('EAI_')) return { reason: 'dns', message: `name lookup failed: ${host}` };
  if (CERTIFICATE_FAULT.test(code))
    return { reason: 'tls', message: 'certificate cannot be verified' };
  const refusal = refusedCertificate(`${code} ${message}`);
  if (refusal !== undefined) return { reason: 'tls', message: refusal };
  if (/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|EPROTO$)/.test(code))
    return { reason: 'tls', message: 'TLS handshake failed' };
  if (/invalid url/i.test(message))
    return { reason: 'invalid', message: 'the URL of the webhook is not valid' };
  return undefined;
}

/**
 * got wraps what Node reports, and connecting to several addresses reports them together: the
 * innermost error says most.
 */
function innermost(error: unknown): unknown {
  const deeper =
    error instanceof AggregateError
      ? ofEndpoint(error.errors)
      : error instanceof Error
        ? error.cause
        : undefined;
  return deeper instanceof Error ? innermost(deeper) : error;
}

/**
 * This machine has no way to the address, as often to those of one family: nothing is known of the
 * endpoint then.
 */
const NO_WAY = new Set(['ENETUNREACH', 'EADDRNOTAVAIL']);

/** Of several addresses the first whose error is the endpoint's own. */
function ofEndpoint(errors: unknown[]): unknown {
  return errors.find((error) => !NO_WAY.has(wordsOf(error).code)) ?? errors[0];
}

function wordsOf(error: unknown): { code: string; message: string } {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
  };
}
