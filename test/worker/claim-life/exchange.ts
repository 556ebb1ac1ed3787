import type { RecordedExchange } from '../../../src/attempts/deliver.ts';
import type { Outcome } from './state.ts';

/**
 * What a send brings, with its number in the answer, so that a recorded attempt tells which send it
 * is of.
 */
export function exchangeOf(outcome: Outcome | undefined, send = 0): RecordedExchange {
  const durationMs = 1;
  if (outcome === 'vanished' || outcome === 'crash')
    return { kind: 'failure', reason: 'crashed', message: `send ${send} crashed`, durationMs };
  const status = outcome === 'success' ? 200 : 500;
  const head = { status, reason: '', httpVersion: '1.1', rawHeaders: [] };
  return {
    kind: 'response',
    ...head,
    body: Buffer.from(`send ${send}`),
    bodyCut: false,
    durationMs,
  };
}
