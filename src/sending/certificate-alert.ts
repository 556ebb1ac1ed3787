/**
 * What endpoints answer to the certificate of the client (RFC 8446, section 6.2). OpenSSL writes an
 * alert with spaces in the message, and Node.js with underscores in the code, if it has one.
 */
const CERTIFICATE_ALERT =
  /alert[ _](certificate[ _](?:required|expired|revoked|unknown)|bad[ _]certificate|unsupported[ _]certificate|unknown[ _]ca|access[ _]denied)/i;

const BY_ALERT: Record<string, string> = {
  'certificate required': 'the endpoint asks for a client certificate',
  'certificate expired': 'the endpoint says that the client certificate has expired',
  'certificate revoked': 'the endpoint says that the client certificate is revoked',
  'unknown ca': 'the endpoint does not know the authority of the client certificate',
  'access denied': 'the endpoint lets nobody in with this client certificate',
};

/** Some endpoints answer so where there is no certificate, too. */
const REFUSED_CERTIFICATE = 'the endpoint refused the client certificate, or asks for one';

/** What an alert in the code or the message of an error says of the client's certificate. */
export function refusedCertificate(told: string): string | undefined {
  const alert = CERTIFICATE_ALERT.exec(told)?.[1]?.toLowerCase().replaceAll('_', ' ');
  return alert === undefined ? undefined : (BY_ALERT[alert] ?? REFUSED_CERTIFICATE);
}
