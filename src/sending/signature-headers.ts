import {
  signingSecrets,
  type SigningSecrets,
} from '../webhooks/request/signing/signing-secrets.ts';
import type { Signature } from '../webhooks/request/signing/signatures.ts';
import type { RequestSettings } from '../webhooks/request/request-settings.ts';
import type { SendingWebhook } from '../webhooks/webhook.ts';
import type { Header, Sent, Start } from './sent.ts';
import { sign } from './signature.ts';
import { signEd25519, signStandard } from './standard-signature.ts';

type Signing = Pick<SendingWebhook, 'secret_token'> & { request: RequestSettings };

/** The headers that prove a request, in no order. A secret that is empty makes none. */
export function signatureHeaders(webhook: Signing, delivery: Sent, start: Start): Header[] {
  const kinds = webhook.request.signatures;
  const secrets = signingSecrets(webhook, start.sinceReadMs);
  return [
    ...hubHeaders(kinds, secrets.hub, delivery.payload),
    ...standardHeaders(kinds, secrets.valid, { ...delivery, atSeconds: start.atSeconds }),
  ];
}

function hubHeaders(kinds: Signature[], token: string, payload: string): Header[] {
  const plain = kinds.includes('hub');
  const named = kinds.includes('hub_sha256');
  if (token === '' || !(plain || named)) return [];
  const signature = sign(payload, token);
  const headers: Header[] = plain ? [['X-Hub-Signature', signature]] : [];
  if (named) headers.push(['X-Hub-Signature-256', `sha256=${signature}`]);
  return headers;
}

/**
 * Those of Standard Webhooks 1.0. There is one signature a secret and kind, in the order of the
 * secrets, so that a receiver may have either of two while one replaces the other.
 */
function standardHeaders(
  kinds: Signature[],
  valid: SigningSecrets['valid'],
  { id, payload, atSeconds }: Sent & Pick<Start, 'atSeconds'>,
): Header[] {
  const symmetric = kinds.includes('standard');
  const asymmetric = kinds.includes('standard_ed25519');
  if (!symmetric && !asymmetric) return [];
  const signed = { prefix: `${id}.${atSeconds}.`, payload };
  const signatures = [
    ...(symmetric ? valid.map(({ token }) => signStandard(signed, token)) : []),
    ...(asymmetric ? valid.map(({ signingKey }) => signEd25519(signed, signingKey)) : []),
  ].filter((signature) => signature !== undefined);
  if (signatures.length === 0) return [];
  return [
    ['webhook-id', id],
    ['webhook-signature', signatures.join(' ')],
    ['webhook-timestamp', String(atSeconds)],
  ];
}
