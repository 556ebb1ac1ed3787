import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { MutualTls } from './auth.ts';

/** What it is part of: the URL of the webhook, and the certificate that the webhook had before. */
type Context = { url: string; before?: string | undefined; now?: number };

/**
 * Why a webhook cannot show this certificate to its endpoint; undefined: it can. One that it has
 * had before may have ended: its client may want to change something else. Neither the key nor what
 * OpenSSL says of it is in the answer.
 */
export function mtlsFault(auth: MutualTls, { url, before, now }: Context): string | undefined {
  const isNew = auth.certificate !== before;
  return (
    pairFault(auth) ??
    (isNew ? endFault(auth, now) : undefined) ??
    authoritiesFault(auth) ??
    usableFault(auth) ??
    schemeFault(url)
  );
}

/**
 * Whom a certificate in PEM names (RFC 4514), and when it ends; nothing of one that cannot be read.
 */
export function certificateFacts(certificate: string): { subject?: string; expires_at?: string } {
  const own = certificateOf(certificate);
  if (own === undefined) return {};
  // OpenSSL writes one part a line, the widest first.
  const subject = own.subject.split('\n').toReversed().join(',');
  return { subject, expires_at: own.validToDate.toISOString() };
}

function pairFault({ certificate, private_key }: MutualTls): string | undefined {
  const fault = certificatesFault(certificate);
  if (fault !== undefined) return `auth.certificate: ${fault}, that of the client first`;
  if (ENCRYPTED.test(private_key)) return 'auth.private_key: must not have a password';
  const key = keyOf(private_key);
  if (key === undefined) return 'auth.private_key: must be a private key in PEM';
  return certificateOf(certificate)?.checkPrivateKey(key)
    ? undefined
    : 'auth.private_key: does not fit auth.certificate';
}

function endFault({ certificate }: MutualTls, now = Date.now()): string | undefined {
  const end = certificateOf(certificate)?.validToDate;
  return end !== undefined && end.getTime() <= now
    ? `auth.certificate: ended at ${end.toISOString()}`
    : undefined;
}

function authoritiesFault({ ca }: MutualTls): string | undefined {
  const fault = ca === undefined ? undefined : certificatesFault(ca);
  return fault && `auth.ca: ${fault}`;
}

/** Both are shown in answers: nothing secret may be in them. */
function certificatesFault(pem: string): string | undefined {
  if (pem.includes('PRIVATE KEY'))
    return 'must not have a private key in it, but certificates in PEM';
  const blocks = pem.match(BLOCK) ?? [];
  return blocks.length > 0 && blocks.every((block) => certificateOf(block) !== undefined)
    ? undefined
    : 'must be certificates in PEM';
}

/** OpenSSL has limits of its own, such as keys that are too short to be safe. */
function usableFault({ certificate, private_key, ca }: MutualTls): string | undefined {
  try {
    createSecureContext({ cert: certificate, key: private_key, ...(ca && { ca }) });
    return undefined;
  } catch {
    return 'auth.certificate: TLS cannot use it, as its key is too short or its algorithm too old';
  }
}

function schemeFault(url: string): string | undefined {
  return URL.parse(url)?.protocol === 'https:'
    ? undefined
    : 'auth.type: mtls needs a url that begins with https';
}

/** RFC 7468, section 11, and the form before it (RFC 1421, section 4.6.1.1). */
const ENCRYPTED = /^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: *4,ENCRYPTED/m;

/** RFC 7468, section 2. Text around such blocks is left out. */
const BLOCK = /-----BEGIN [^-]+-----[^-]*-----END [^-]+-----/g;

/** The first one in a text. */
function certificateOf(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
