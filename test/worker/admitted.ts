import type { Exchange, Sender } from '../../src/sending/send.ts';
import type { Admitted } from '../../src/worker/admission.ts';
import { NO_STATE } from '../../src/webhooks/webhook-state.ts';
import { webhookOf } from '../setup/settings.ts';

let count = 0;

/** A claim that may be sent now, with a short payload. */
export function admittedOf(webhookId: string, change: Partial<Admitted> = {}): Admitted {
  const id = `delivery ${(count += 1)}`;
  return {
    webhookId,
    lease: {
      claim: { jobId: id, generation: 'g', deliveryId: id, webhookId, crashes: 0, isNew: false },
      confirmedAt: performance.now(),
      abort: new AbortController(),
    },
    delivery: {
      id,
      webhook_id: webhookId,
      payload: 'a payload',
      bytes: 9,
      delivery_attempts: 0,
      status: 'pending',
      held_reason: null,
      waitSeconds: 0,
      expired: false,
      isolated_by: null,
      unbudgeted_attempts: 0,
      ordering_key: null,
      is_head: false,
      sequence: null,
      trace_context: null,
      event: null,
      test: false,
    },
    webhook: webhookOf(webhookId),
    state: NO_STATE,
    readAt: performance.now(),
    isolated: false,
    vanished: false,
    ...change,
  };
}

/** For webhooks that ask for no access token. */
export const NO_ACCESS_TOKENS = {
  get: () => Promise.reject(new Error('no webhook here asks for an access token')),
};

export const ANSWERED: Exchange = {
  kind: 'response',
  status: 200,
  reason: 'OK',
  httpVersion: '1.1',
  rawHeaders: [],
  body: Buffer.from(''),
  bodyCut: false,
  durationMs: 1,
};

export const REFUSED: Exchange = {
  kind: 'failure',
  reason: 'refused',
  message: 'nobody listens',
  durationMs: 1,
};

/** A sender whose sends are under way until a test ends them, in their order. */
export function waitingSender(): Sender & { underWay(): number; end(exchange: Exchange): void } {
  const sends: ((exchange: Exchange) => void)[] = [];
  return {
    send: () => new Promise((resolve) => void sends.push(resolve)),
    close() {},
    underWay: () => sends.length,
    end: (exchange) => sends.shift()?.(exchange),
  };
}
