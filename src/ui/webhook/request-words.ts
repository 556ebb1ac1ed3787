import type { Schemas } from '../../client/api.ts';

type Webhook = Schemas['Webhook'];

/** What the requests of a webhook are like, in sentences. */
export function requestWords(webhook: Webhook): string[] {
  const { format, content_type, headers, auth, propagate_trace } = webhook;
  const names = Object.keys(headers);
  return [
    `${FORMATS[format]}, as ${content_type}.`,
    signatureWords(webhook),
    ...(names.length === 0 ? [] : [`They carry ${names.join(', ')}.`]),
    ...(auth === null ? [] : [AUTHS[auth.type]]),
    ...(propagate_trace ? ['They carry the trace of the call that caused them.'] : []),
  ];
}

const FORMATS: Record<Webhook['format'], string> = {
  raw: 'The body is the payload, byte for byte',
  cloudevents_binary: 'CloudEvents 1.0 in binary mode',
  cloudevents_structured: 'CloudEvents 1.0 in structured mode',
};

const AUTHS: Record<NonNullable<Webhook['auth']>['type'], string> = {
  basic: 'They say who sends by a user and a password.',
  bearer: 'They say who sends by a fixed token.',
  oauth2_client_credentials: 'They say who sends by a token that is fetched by OAuth 2.0.',
  mtls: 'They say who sends by a certificate (mutual TLS).',
};

type Signature = Webhook['signatures'][number];

/** What people know the kinds of signatures by. */
export const SIGNATURES: Record<Signature, string> = {
  hub: 'X-Hub-Signature',
  hub_sha256: 'X-Hub-Signature-256',
  standard: 'Standard Webhooks (HMAC)',
  standard_ed25519: 'Standard Webhooks (Ed25519)',
};

/** Without a secret only a pair of keys can sign. */
function signatureWords({ signatures, secret_token }: Webhook): string {
  const made = signatures.filter((one) => secret_token !== '' || one === 'standard_ed25519');
  if (made.length === 0) return 'They are not signed.';
  return `They are signed: ${made.map((one) => SIGNATURES[one]).join(', ')}.`;
}
