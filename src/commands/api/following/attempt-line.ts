import { printableLine } from '../../../receiver/printable.ts';
import type { Output } from '../output.ts';
import type { KnownAttempt } from './attempt-facts.ts';

const NAME_CELLS = 20;

/** An attempt as a line for people. */
export function attemptLine(known: KnownAttempt, out: Output): string {
  const { paint } = out;
  const { time } = out.reader();
  const at = (text: string) => time(new Date(text));
  const { attempt, webhookName, number } = known;
  const { success, response_status_code: status, error } = attempt;
  const outcome = status === 0 ? '---' : String(status);
  return [
    paint('dim', at(attempt.created_at)),
    cell(printableLine(webhookName ?? attempt.webhook_id)),
    attempt.delivery_id,
    paint('dim', (number === undefined ? '' : `#${number}`).padEnd(4)),
    paint(success ? 'green' : 'red', outcome),
    `${attempt.execution_duration} ms`.padStart(8),
    ...(error === '' ? [] : [paint('red', printableLine(error))]),
    ...kindsOf(known).map((kind) => paint('cyan', kind)),
    ...verdictOf(known, at).map((verdict) => paint(success ? 'green' : 'yellow', verdict)),
  ].join('  ');
}

function cell(text: string): string {
  const characters = Array.from(text);
  return characters.length > NAME_CELLS
    ? `${characters.slice(0, NAME_CELLS - 1).join('')}…`
    : text + ' '.repeat(NAME_CELLS - characters.length);
}

function kindsOf({ attempt, delivery, eventType }: KnownAttempt): string[] {
  return [
    ...(eventType === undefined ? [] : [printableLine(eventType)]),
    ...(attempt.probe ? ['probe'] : []),
    ...(delivery?.test ? ['test'] : []),
  ];
}

/** What follows from an attempt; nothing where that is not known. `at` writes a time. */
export function verdictOf(known: KnownAttempt, at: (time: string) => string): string[] {
  const { attempt, delivery, number } = known;
  if (attempt.success) return ['succeeded'];
  if (delivery === undefined) return [];
  const { status, failed_reason, held_reason, delivery_attempts, scheduled_at } = delivery;
  if (number !== delivery_attempts) return number === undefined ? [] : ['tried again since'];
  switch (status) {
    case 'succeeded':
      return [];
    case 'failed':
      return [failed_reason === null ? 'failed for good' : `failed for good: ${failed_reason}`];
    case 'pending':
      return [held_reason === null ? `next at ${at(scheduled_at)}` : `held: ${held_reason}`];
  }
}

/** The attempt as the API answers it, with what else is known of it. */
export function attemptJson({ attempt, webhookName, delivery, number, eventType }: KnownAttempt) {
  return {
    ...attempt,
    webhook_name: webhookName ?? null,
    attempt_number: number ?? null,
    event_id: delivery?.event_id ?? null,
    event_type: eventType ?? null,
    delivery_status: delivery?.status ?? null,
    failed_reason: delivery?.failed_reason ?? null,
    held_reason: delivery?.held_reason ?? null,
    scheduled_at: delivery?.status === 'pending' ? delivery.scheduled_at : null,
  };
}
