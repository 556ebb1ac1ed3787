type ErrorWords = {
  /** What the `error` of an attempt looks like. */
  pattern: RegExp;
  /** What that means; it goes on behind "because". */
  why: (found: RegExpExecArray) => string;
  advice: string;
};

const CLIENT_CERTIFICATE =
  'Compare `auth` of the webhook (type `mtls`) with what the endpoint expects of a client certificate.';
const CERTIFICATE =
  'The endpoint needs another certificate. An authority of your own is told to workers by NODE_EXTRA_CA_CERTS, or to one webhook by `ca` of its `auth`.';
const CLOSED =
  'See whether the receiver, or a proxy before it, crashes or restarts. Some endpoints close the connection where a client certificate is missing.';
const NOT_HTTP =
  'See what really listens at the `url` of the webhook: it does not speak HTTP as it should.';
const NO_WAY = 'Check the address, and whether a firewall or a route keeps the worker from it.';

/** The errors of attempts, as docs/retries-and-failure.md lists them: the first that fits. */
export const ERRORS: readonly ErrorWords[] = [
  {
    pattern: /^token endpoint: (.*)$/,
    why: ([, words]) => `there was no token to send with (token endpoint: ${words})`,
    advice: 'Check `token_url`, `client_id` and `client_secret` in `auth` of the webhook.',
  },
  {
    pattern: /^timeout after (\S+) s$/,
    why: ([, seconds]) => `no complete answer came within ${seconds} s`,
    advice:
      'See whether the receiver is slow or hangs. It should answer once it has stored the payload, and work on it afterwards; `delivery_attempt_timeout` of the webhook is how long it may take.',
  },
  {
    pattern: /^timeout while connecting$/,
    why: () => 'no connection to the endpoint was made in time',
    advice: NO_WAY,
  },
  {
    pattern: /^connection refused$/,
    why: () => 'the connection was refused: nothing listens at this host and port',
    advice: 'See whether the receiver runs, and check host and port in the `url` of the webhook.',
  },
  {
    pattern: /^(host unreachable|network unreachable|address not available)$/,
    why: () => 'there is no way from the worker to the address of the endpoint',
    advice: NO_WAY,
  },
  {
    pattern: /^this machine may not connect there$/,
    why: () => 'the machine of the worker may not connect there',
    advice: NO_WAY,
  },
  {
    pattern: /^name not found: (.*)$/,
    why: ([, host]) => `the name ${host} does not exist`,
    advice:
      'Check the host in the `url` of the webhook, and whether the machine of the worker knows that name.',
  },
  {
    pattern: /^name lookup failed(?: for now)?: (.*)$/,
    why: ([, host]) => `the name ${host} could not be looked up`,
    advice: 'Check the name servers that the machine of the worker asks.',
  },
  {
    pattern: /^target not allowed: (.*)$/,
    why: ([, words]) => `Postmand does not send there (${words})`,
    advice:
      'If it shall, have the workers allow the address: POSTMAND_OUTBOUND_ALLOW or POSTMAND_OUTBOUND_POLICY.',
  },
  {
    pattern: /^connection (reset|closed) before a complete response$/,
    why: () => 'the endpoint ended the connection before it had answered',
    advice: CLOSED,
  },
  {
    pattern: /^the proxy cannot be reached$/,
    why: () => 'the forward proxy cannot be reached',
    advice: 'Check POSTMAND_OUTBOUND_PROXY of the workers, and whether that proxy runs.',
  },
  {
    pattern: /^the proxy made no connection to (.*)$/,
    why: ([, host]) => `the forward proxy made no connection to ${host}`,
    advice: 'See whether the forward proxy allows this host, and reaches it.',
  },
  {
    pattern: /^the endpoint .*client certificate/,
    why: ({ 0: words }) => words,
    advice: CLIENT_CERTIFICATE,
  },
  {
    pattern: /^the client certificate of the webhook cannot be used$/,
    why: ({ 0: words }) => words,
    advice: CLIENT_CERTIFICATE,
  },
  {
    pattern: /^certificate expired$/,
    why: () => 'the certificate of the endpoint has expired',
    advice: 'The certificate of the endpoint needs to be renewed.',
  },
  {
    pattern: /^certificate .*$/,
    why: ({ 0: words }) => `the certificate of the endpoint cannot be trusted (${words})`,
    advice: CERTIFICATE,
  },
  {
    pattern: /^TLS handshake failed$/,
    why: () => 'the endpoint and Postmand did not agree on TLS',
    advice: 'See whether the `url` has the right port, and the endpoint speaks TLS 1.2 or later.',
  },
  {
    pattern: /^the (URL|port in the URL) of the webhook (.*)$/,
    why: ({ 0: words }) => words,
    advice: 'Set a `url` of the webhook that can be sent to.',
  },
  {
    pattern: /^a header would hold a character that HTTP does not allow$/,
    why: ({ 0: words }) => words,
    advice: 'Check `headers` and `content_type` of the webhook.',
  },
  {
    pattern: /^(the answer is not valid HTTP|the endpoint switched protocols \(101\))$/,
    why: ({ 0: words }) => words,
    advice: NOT_HTTP,
  },
  {
    pattern: /^(response headers too large|too many interim responses \(1xx\))$/,
    why: ({ 0: words }) => `the answer could not be taken (${words})`,
    advice: NOT_HTTP,
  },
  {
    pattern: /^the process that sent this died/,
    why: ({ input }) => input,
    advice: 'Report it: something in this payload or endpoint ends the process that sends it.',
  },
  {
    pattern: /^the worker that was sending this vanished/,
    why: () => 'the worker that was sending it ended before it could record what came of it',
    advice:
      'The receiver may have got it. Look at the log of the workers: something in this payload or endpoint may end them.',
  },
  {
    pattern: /^request and response are not recorded: (.*)$/,
    why: ([, words]) => `the database did not store what was sent and received (${words})`,
    advice: 'Look at the log of the worker that made the attempt, and at that of the database.',
  },
];
