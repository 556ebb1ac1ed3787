import { randomBytes } from 'node:crypto';
import { SELF_SIGNED } from '../sending/self-signed.ts';
import type { Secrets } from './secret-search.ts';

/** A text that is nowhere else. Some encodings change all but letters and digits. */
const canary = (name: string) => `canary${name}${randomBytes(12).toString('hex')}`;
const standardKey = () => `whsec_${randomBytes(32).toString('base64')}`;

/** What is given to Postmand, or comes back to it. Each is in one place only. */
export const GIVEN_SECRETS = {
  secret_token: canary('token'),
  standard_token: standardKey(),
  rotated_token: standardKey(),
  /** So short that messages that quote a part of a text have the whole of it. */
  short: `c${randomBytes(8).toString('hex')}`,
  header: canary('header'),
  renewed_header: canary('renewed'),
  broken_header: canary('broken'),
  authorization_header: canary('authorization'),
  password: canary('password'),
  bearer: canary('bearer'),
  client_secret: canary('client'),
  access_token: canary('access'),
  url_password: canary('url'),
  private_key: SELF_SIGNED.key,
  api_key: canary('apikey'),
  wrong_api_key: canary('wrongkey'),
  encryption_key: randomBytes(32).toString('base64'),
} satisfies Secrets;

/** Those, and their parts that tell as much as the whole. */
export function searched(more: Secrets): Secrets {
  const keys = { ...GIVEN_SECRETS, ...more };
  const parts = Object.entries(keys).flatMap(([name, value]) => {
    const [, key] = /^wh(?:sec|sk)_(.*)$/.exec(value) ?? [];
    if (key !== undefined) return [[`${name}, its key`, key]];
    if (!value.startsWith('-----')) return [];
    const lines = value.split('\n').filter((line) => line.length >= 48 && !line.includes('---'));
    return lines.map((line, number) => [`${name}, line ${number}`, line]);
  });
  const bytes = [...Object.entries(keys), ...parts].flatMap(([name = '', value = '']) =>
    /^[A-Za-z0-9+/]{32,}=*$/.test(value)
      ? [[`${name}, its bytes`, Buffer.from(value, 'base64').toString('hex')]]
      : [],
  );
  return { ...keys, ...(Object.fromEntries([...parts, ...bytes]) as Secrets) };
}
