import { attemptOutcome } from '../../client/explaining/attempt.ts';
import type { Known } from '../../client/explaining/explanation.ts';
import { deliveryWords } from '../../client/explaining/states.ts';
import { several } from '../../client/explaining/time-words.ts';

/** Something that happened to a delivery, or will. */
export type Moment = {
  /** Null: now, or some time that nobody noted. */
  at: string | null;
  text: string;
  kind: 'plain' | 'good' | 'bad' | 'waits';
};

/** The life of a delivery until now, the first moment first, and what comes next. */
export function timelineOf(known: Known, now: Date): Moment[] {
  const { delivery, attempts } = known;
  const { created_at, delivery_attempts, redeliveries, send_at } = delivery;
  const left = delivery_attempts - attempts.length;
  return [
    { at: created_at, text: delivery.test ? 'created as a test' : 'created', kind: 'plain' },
    ...(send_at === null ? [] : [plain(send_at, 'the time that its client asked for')]),
    ...(left > 0
      ? [plain(null, `${several(left, 'earlier attempt is', 'earlier attempts are')} not shown`)]
      : []),
    ...attempts
      .map((attempt, at): Moment => {
        const number = delivery_attempts - at;
        const ms = attempt.execution_duration;
        const took = ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
        const probe = attempt.probe ? ', a probe' : '';
        return {
          at: attempt.created_at,
          text: `attempt ${number}${probe}: ${attemptOutcome(attempt)} (${took})`,
          kind: attempt.success ? 'good' : 'bad',
        };
      })
      .toReversed(),
    ...(redeliveries > 0 ? [plain(null, `redelivered ${several(redeliveries, 'time')}`)] : []),
    endOf(known, now),
  ];
}

const plain = (at: string | null, text: string): Moment => ({ at, text, kind: 'plain' });

/** Where it stands by now. */
function endOf({ delivery, attempts: [latest] }: Known, now: Date): Moment {
  const words = deliveryWords(delivery, now);
  const { status, held_reason, updated_at, scheduled_at } = delivery;
  if (status !== 'pending') {
    const at = latest === undefined ? updated_at : latest.created_at;
    return { at, text: words, kind: status === 'succeeded' ? 'good' : 'bad' };
  }
  const isDated = held_reason === null || held_reason === 'scheduled';
  const text = held_reason === null ? `next attempt: ${words.replace(/^retry/, 'due')}` : words;
  return { at: isDated ? scheduled_at : null, text, kind: 'waits' };
}
