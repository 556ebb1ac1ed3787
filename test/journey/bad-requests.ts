import { GIVEN } from '../setup/settings.ts';
import type { ToldApi } from './told.ts';

/** Requests with a secret in a place where it is refused. */
export async function badRequests(api: ToldApi, secret: string, webhook: string): Promise<void> {
  const bodies = [
    ...FIELDS.map((name) => ({ [name]: { secret } })),
    ...FIELDS.map((name) => ({ [name]: [secret] })),
    ...['active', 'on_gone', 'signatures', 'headers', 'auth', 'retry_jitter', 'url'].map(
      (name) => ({ [name]: secret }),
    ),
    { headers: { 'X-Secret': `${secret}\n` } },
    { headers: { 'X-Secret': `${secret}${' '.repeat(2048)}` } },
    { headers: { Host: secret } },
    { auth: { type: secret } },
    { auth: { type: 'basic', username: `a:${secret}`, password: secret } },
    { auth: { type: 'bearer', token: `${secret} ` } },
    { auth: { type: 'bearer', token: secret, password: secret } },
    { auth: { type: 'oauth2_client_credentials', client_id: secret, client_secret: secret } },
    { auth: { type: 'mtls', certificate: secret, private_key: secret, token: secret } },
    { signatures: ['standard'], secret_token: `whsec_${secret.slice(0, 20)}` },
    { secret_token: `${secret}\0` },
  ];
  for (const body of bodies)
    for (const [method, path] of [
      ['POST', '/webhooks'],
      ['PUT', `/webhooks/${webhook}`],
      ['PATCH', `/webhooks/${webhook}`],
    ] as const)
      await api.call(method, path, { body: { ...GIVEN, ...body } });
  for (const raw of [
    `{"secret_token": ${secret}}`,
    `{"secret_token": "${secret}`,
    `{"secret_token": "${secret}" "x"}`,
    secret,
    `{"secret_token": ,"${secret}"}`,
  ])
    await api.call('POST', '/webhooks', { raw });
  const written = encodeURIComponent(secret);
  for (const path of [`/webhooks?limit=${written}`, `/webhooks/${written}`, `/${written}`])
    await api.call('GET', path);
  await api.call('POST', `/webhooks/${webhook}/secrets`, { body: { overlap_seconds: secret } });
  await api.call('POST', '/deliveries', { body: { webhook_id: secret, payload: [secret] } });
}

const FIELDS = Object.keys({ ...GIVEN, signatures: [], headers: {}, auth: {}, rate_limit: {} });
