import type { IncomingHttpHeaders } from 'node:http';
import { isGenuine } from '../sending/signature.ts';
import { isGenuineStandard } from '../sending/standard-signature.ts';

/**
 * What is thought of the signatures of a request. `untimely`: genuine, and its time is not now.
 * `none`: it has none. `missing`: it has none, and should have one.
 */
export type SignatureVerdict = 'genuine' | 'untimely' | 'wrong' | 'missing' | 'unchecked' | 'none';

/** How far the time of a request may be from now: what the libraries of the standard allow. */
const TOLERANCE_SECONDS = 300;

/**
 * Judges a request by a webhook's token or its public key, `whpk_…`; without one nothing is
 * checked. Of several signatures it is enough that one is genuine: while a secret is replaced, they
 * are by different ones.
 */
export function verdictOn(
  { headers, body }: { headers: IncomingHttpHeaders; body: Buffer },
  secret: string | undefined,
  nowSeconds: number,
): SignatureVerdict {
  const one = (name: string) => String(headers[name] ?? '');
  const hub = one('x-hub-signature');
  const hub256 = one('x-hub-signature-256');
  const standard = one('webhook-signature');
  const isSigned = `${hub}${hub256}${standard}` !== '';
  if (secret === undefined) return isSigned ? 'unchecked' : 'none';
  if (!isSigned) return 'missing';
  const timestamp = one('webhook-timestamp');
  const signed = { prefix: `${one('webhook-id')}.${timestamp}.`, payload: body };
  if (isGenuineStandard(signed, standard, secret)) {
    const awaySeconds = Math.abs(nowSeconds - Number(timestamp));
    return awaySeconds <= TOLERANCE_SECONDS ? 'genuine' : 'untimely';
  }
  const isByHub =
    isGenuine(body, hub, secret) ||
    (hub256.startsWith('sha256=') && isGenuine(body, hub256.slice('sha256='.length), secret));
  return isByHub ? 'genuine' : 'wrong';
}
