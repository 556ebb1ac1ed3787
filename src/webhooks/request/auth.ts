/** How requests prove to the receiver who sends them, beside their signature. */
export const AUTH_TYPES = ['basic', 'bearer', 'oauth2_client_credentials', 'mtls'] as const;

export type Auth =
  | { type: 'basic'; username: string; password: string }
  | { type: 'bearer'; token: string }
  | OAuth2
  | MutualTls;

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

type MemberOf<One> = One extends Auth ? Exclude<keyof One, 'type'> : never;

/** As a client gives it: which members belong to a type is judged when it is set. */
export type GivenAuth = { type: Auth['type'] } & {
  [Name in MemberOf<Auth>]?: string | null | undefined;
};
