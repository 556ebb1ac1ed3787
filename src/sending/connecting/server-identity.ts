import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { SendError } from '../send-error.ts';

/**
 * Why a certificate is not for this host, by its subject alternative names alone (RFC 9110, section
 * 4.3.4); undefined: it is. Where it has none for hosts, Node.js believes the common name.
 */
export function identityFault(host: string, certificate: PeerCertificate): Error | undefined {
  const fault = checkServerIdentity(host, {
    ...certificate,
    subject: { ...certificate.subject, CN: '' },
  });
  const isCommonName = fault !== undefined && checkServerIdentity(host, certificate) === undefined;
  return isCommonName ? new SendError('COMMON_NAME_ONLY') : fault;
}
