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

/** What is signed: the body as it is sent, of which delivery and event. */
type Signable = Pick<Sent, 'id' | 'event'> & { body: string };

/** The headers that prove a request, in no order. A secret that is empty makes none. */
export function signatureHeaders(webhook: Signing, sent: Signable, start: Start): Header[] {
  const kinds = webhook.request.signatures;
  const secrets = signingSecrets(webhook, start.sinceReadMs);
  return [
    ...hubHeaders(kinds, secrets.hub, sent.body),
    ...standardHeaders(kinds, secrets.valid, { ...sent, atSeconds: start.atSeconds }),
  ];
}

function hubHeaders(kinds: Signature[], token: string, body: string): Header[] {
  const plain = kinds.includes('hub');
  const named = kinds.includes('hub_sha256');
  if (token === '' || !(plain || named)) return [];
  const signature = sign(body, token);
  const headers: Header[] = plain ? [['X-Hub-Signature', signature]] : [];
  if (named) headers.push(['X-Hub-Signature-256', `sha256=${signature}`]);
  return headers;
}

/**
 * Those of Standard Webhooks 1.0. There is one signature a secret and kind, in the order of the
 * secrets, so that a receiver may have either of two while one replaces the other. A receiver of an
 * event is given the id of that: it is the same for all webhooks that get it.
 */
function standardHeaders(
  kinds: Signature[],
  valid: SigningSecrets['valid'],
  { id: deliveryId, event, body, atSeconds }: Signable & Pick<Start, 'atSeconds'>,
): Header[] {
  const symmetric = kinds.includes('standard');
  const asymmetric = kinds.includes('standard_ed25519');
  if (!symmetric && !asymmetric) return [];
  const type = event?.type ?? null;
  const id = event?.id ?? deliveryId;
  const signed = { prefix: `${id}.${atSeconds}.`, payload: body };
  const signatures = [
    ...(symmetric ? valid.map(({ token }) => signStandard(signed, token)) : []),
    ...(asymmetric ? valid.map(({ signingKey }) => signEd25519(signed, signingKey)) : []),
  ].filter((signature) => signature !== undefined);
  if (signatures.length === 0) return [];
  const typed: Header[] = type === null ? [] : [['webhook-event-type', type]];
  return [
    ...typed,
    ['webhook-id', id],
    ['webhook-signature', signatures.join(' ')],
    ['webhook-timestamp', String(atSeconds)],
  ];
}
