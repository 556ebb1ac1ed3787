import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  HttpSender,
  type Exchange,
  type Sender,
  type SenderOptions,
} from '../../src/sending/send.ts';
import type { WebhookRequest } from '../../src/sending/request.ts';

export type Response = Extract<Exchange, { kind: 'response' }>;
export type Failure = Extract<Exchange, { kind: 'failure' }>;

type Limits = { timeoutMs?: number; signal?: AbortSignal; mayBegin?: () => boolean };

export const SENDER_OPTIONS: SenderOptions = {
  bodyLimitBytes: 64 * 1024,
  outbound: { policy: 'internal', allow: [], deny: [] },
  lookupThreads: 4,
};

/** A sender with other options where they are given, called in short; closed after the test. */
export function sender(
  t: Pick<TestContext, 'after'>,
  options: Partial<SenderOptions> = {},
  create: (all: SenderOptions) => Sender = (all) => new HttpSender(all),
) {
  const created = create({ ...SENDER_OPTIONS, ...options });
  t.after(() => created.close());
  const send = (
    url: string,
    change: Partial<WebhookRequest> = {},
    { timeoutMs = 10_000, signal = new AbortController().signal, mayBegin }: Limits = {},
  ) =>
    created.send(
      { url, headers: [['Content-Type', 'application/json']], body: '{}', ...change },
      { timeoutMs, signal, mayBegin },
    );
  return { send, close: () => created.close() };
}

export function assertResponse(exchange: Exchange): asserts exchange is Response {
  if (exchange.kind !== 'response')
    assert.fail(`expected a response, got ${JSON.stringify(exchange)}`);
}

export function assertFailure(
  exchange: Exchange,
  reason: Failure['reason'],
  message: RegExp,
): asserts exchange is Failure {
  if (exchange.kind !== 'failure')
    assert.fail(
      `expected a failure, got ${exchange.kind === 'response' ? exchange.status : exchange.kind}`,
    );
  assert.equal(exchange.reason, reason, exchange.message);
  assert.match(exchange.message, message);
}
