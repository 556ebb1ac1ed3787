/** How requests prove to the receiver who sends them, beside their signature. */
export type Auth = Basic | Bearer | OAuth2 | MutualTls;

/** RFC 7617. */
export type Basic = { type: 'basic'; username: string; password: string };

/** A fixed token (RFC 6750). */
export type Bearer = { type: 'bearer'; token: string };

/** OAuth 2.0 client credentials (RFC 6749, section 4.4). */
export type OAuth2 = {
  type: 'oauth2_client_credentials';
  token_url: string;
  client_id: string;
  client_secret: string;
  scope?: string;
  audience?: string;
};

/** TLS with a certificate of the client; all in PEM. */
export type MutualTls = { type: 'mtls'; certificate: string; private_key: string; ca?: string };

/** What a type has beside `type`. No answer shows the value of `secret`, which is required too. */
type Members = { required: readonly string[]; optional: readonly string[]; secret: string };

export const AUTH_MEMBERS = {
  basic: { required: ['username', 'password'], optional: [], secret: 'password' },
  bearer: { required: ['token'], optional: [], secret: 'token' },
  oauth2_client_credentials: {
    required: ['token_url', 'client_id', 'client_secret'],
    optional: ['scope', 'audience'],
    secret: 'client_secret',
  },
  mtls: { required: ['certificate', 'private_key'], optional: ['ca'], secret: 'private_key' },
} as const satisfies Record<Auth['type'], Members>;

type MemberOf<One> = One extends Auth ? Exclude<keyof One, 'type'> : never;

/** As a client gives it: which members belong to a type is judged when it is set. */
export type GivenAuth = { type: Auth['type'] } & {
  [Name in MemberOf<Auth>]?: string | null | undefined;
};

/** The names of all members that any type has, without `type`. */
const ALL_MEMBERS = Object.values<Members>(AUTH_MEMBERS).flatMap(({ required, optional }) => [
  ...required,
  ...optional,
]);

/**
 * What is given, without members that are null or only shown. It is one of the four types once
 * `authFault` has found nothing in it.
 */
export function authOf(given: GivenAuth): Auth {
  const members = ALL_MEMBERS.map((name) => [name, memberOf(given, name)] as const);
  const set = members.filter(([, value]) => value !== undefined && value !== null);
  return { type: given.type, ...Object.fromEntries(set) } as Auth;
}

/** The value of a member, whatever the type is. */
export function memberOf(auth: GivenAuth, name: string): string | null | undefined {
  return (auth as Partial<Record<string, string | null>>)[name];
}
