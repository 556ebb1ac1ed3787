import {
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
} from 'oauth4webapi';
import type { FailureReason } from '../failure.ts';
import type { Exchange } from '../send.ts';

type Failure = { kind: 'failure'; reason: FailureReason; message: string };

/**
 * Why there is no token. `unknownClient`: the endpoint may know the client if its secret is shown
 * in another way.
 */
export type NoToken =
  | (Failure & { unknownClient?: boolean })
  | Extract<Exchange, { kind: 'aborted' | 'local' }>;

/** Takes what came in place of an answer through the library. */
export class Unanswered extends Error {
  override name = 'Unanswered';
  readonly noToken: NoToken;

  constructor(noToken: NoToken) {
    super('the token endpoint gave no answer that could be read');
    this.noToken = noToken;
  }
}

/** The token endpoint answered, but with nothing that could be used. */
export function refused(words: string): Failure {
  return { kind: 'failure', reason: 'token', message: `token endpoint: ${words}` };
}

/** An exchange with the token endpoint that brought no answer, told as that. */
export function unanswered(exchange: Exclude<Exchange, { kind: 'response' }>): NoToken {
  if (exchange.kind !== 'failure') return exchange;
  const { reason, message } = exchange;
  const words = message.replace('the URL of the webhook', 'its URL');
  return { kind: 'failure', reason, message: `token endpoint: ${words}` };
}

/** What the library threw, in words that hold nothing of the answer but a code. */
export function noTokenIn(error: unknown, secret: string): NoToken {
  if (error instanceof Unanswered) return error.noToken;
  if (error instanceof ResponseBodyError) return refusedWith(error, secret);
  if (error instanceof UnsupportedOperationError)
    return refused('its token is not of the type Bearer');
  if (!(error instanceof OperationProcessingError)) return refused('it could not be asked');
  if (error.cause instanceof Response) return refusedBy(error.cause.status);
  return refused(BY_CODE[error.code ?? ''] ?? 'it could not be asked');
}

const BY_CODE: Record<string, string> = {
  OAUTH_PARSE_ERROR: 'its answer is not JSON',
  OAUTH_INVALID_RESPONSE: 'its answer has no token as in RFC 6749, section 5.1',
  OAUTH_INVALID_SERVER_METADATA: 'its URL is not valid',
  OAUTH_REQUEST_PROTOCOL_FORBIDDEN: 'its URL is not http or https',
};

/** The codes with which servers answer where they look for the client elsewhere. */
const UNKNOWN_CLIENT = new Set(['invalid_client', 'invalid_request', 'unauthorized_client']);

/** Codes look so (RFC 6749, section 5.2). An endpoint might put anything else there. */
const PLAIN_CODE = /^[a-z_]{1,40}$/;

function refusedWith({ status, error: code }: ResponseBodyError, secret: string): NoToken {
  if (!PLAIN_CODE.test(code) || code.includes(secret)) return refusedBy(status);
  const unknownClient = status === 401 || UNKNOWN_CLIENT.has(code);
  return { ...refused(`it answered with status ${status}, ${code}`), unknownClient };
}

function refusedBy(status: number): NoToken {
  return { ...refused(`it answered with status ${status}`), unknownClient: status === 401 };
}

/**
 * Some servers add an ID token. It is of no use here, and the library would refuse it, as nobody
 * has told who is to issue it.
 */
export function withoutIdToken(body: Buffer): string {
  const text = body.toString();
  if (!text.includes('"id_token"')) return text;
  try {
    const { id_token: _unused, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return JSON.stringify(rest);
  } catch {
    return text;
  }
}
