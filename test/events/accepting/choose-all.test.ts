import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { chooseAll } from '../../../src/events/accepting/choose-all.ts';
import { EventOfBatchRefused } from '../../../src/events/event.ts';

const RECIPIENTS = [randomUUID(), randomUUID(), randomUUID()];
const subscriptions = { choose: () => Promise.resolve(RECIPIENTS) };
const eventsOf = (count: number) =>
  Array.from({ length: count }, () => ({ id: randomUUID(), type: 'order.paid', payload: '' }));

const refusedAt = (index: number) => (error: unknown) =>
  error instanceof EventOfBatchRefused && error.index === index;

suite('choosing for the events of a caller', () => {
  test('up to the most webhooks → each event with its own', async () => {
    const chosen = await chooseAll(subscriptions, eventsOf(4), { mostRecipients: 12 });
    assert.deepEqual(
      chosen.map(({ recipients }) => recipients),
      Array.from({ length: 4 }, () => RECIPIENTS),
    );
  });

  test('a batch for more webhooks → refused at the event that goes too far', () =>
    assert.rejects(chooseAll(subscriptions, eventsOf(5), { mostRecipients: 12 }), refusedAt(4)));

  test('a batch that takes too long → refused', () =>
    assert.rejects(chooseAll(subscriptions, eventsOf(2), { mostMs: -1 }), refusedAt(0)));

  test('one event alone → never refused', async () => {
    const few = { mostRecipients: 1, mostMs: -1 };
    const [chosen] = await chooseAll(subscriptions, eventsOf(1), few);
    assert.deepEqual(chosen?.recipients, RECIPIENTS);
  });
});
