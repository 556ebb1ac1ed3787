import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Recorder } from '../../src/statistics/recorder.ts';
import { flush } from '../../src/statistics/write.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi, startWorkerHere } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';

suite('the deliveries of an event, when they have ended', { concurrency: true }, async () => {
  const database = await freshDatabase(wholeFile);
  const { pool } = database;
  await pool.query(`insert into event_types (name) values ('order.paid'), ('order.sent')`);
  const recorders = { server: new Recorder(), worker: new Recorder() };
  const api = await startApi(wholeFile, database, { statistics: recorders.server });
  await startWorkerHere(wholeFile, database, { statistics: recorders.worker });

  async function must(method: string, path: string, body?: unknown) {
    const answer = await api.call(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** An event of a type that two webhooks get, when both have it. */
  async function delivered(t: Parameters<typeof startReceiver>[0], type: string) {
    const receiver = await startReceiver(t);
    const settings = { url: receiver.url, event_types: [type] };
    const one = await api.createWebhook({ ...settings, signatures: ['standard'] });
    const other = await api.createWebhook({ ...settings, signatures: ['standard'] });
    const payload = `{"type": "${type}"}`;
    const { id } = await must('POST', '/events', { type, payload });
    await succeeded(id, 2);
    return { receiver, one, other, event: { id, payload } };
  }

  const listed = async (eventId: string) =>
    (await must('GET', `/deliveries?event_id=${eventId}`)).deliveries as {
      id: string;
      webhook_id: string;
      status: string;
      payload: string;
    }[];

  const succeeded = (eventId: string, count: number) =>
    until('all have succeeded', async () => {
      const rows = await listed(eventId);
      return rows.filter(({ status }) => status === 'succeeded').length === count;
    });

  test('redelivered alone, and all together → sent again with the same payload and id, and counted', async (t) => {
    const { receiver, one, event } = await delivered(t, 'order.paid');
    const first = (await listed(event.id)).find(({ webhook_id: id }) => id === one.id);
    await must('POST', `/deliveries/${first?.id}/redeliver`);
    await until('it arrived again', () => receiver.received.length === 3);
    await succeeded(event.id, 2);
    const filter = { event_id: event.id, status: 'succeeded' };
    const counted = await must('POST', '/redeliveries', { filter, dry_run: true });
    assert.equal(counted.matching, 2);
    const operation = await must('POST', '/redeliveries', { filter });
    await until('both arrived again', () => receiver.received.length === 5);
    await succeeded(event.id, 2);
    await until('the operation is done', async () => {
      const { state, done } = await must('GET', `/operations/${operation.id}`);
      return state === 'done' && done === 2;
    });
    for (const { body, headers } of receiver.received) {
      assert.equal(body, event.payload);
      assert.equal(headers['webhook-id'], event.id);
    }
    await until('all is counted', async () => {
      for (const recorder of Object.values(recorders)) await flush(pool, recorder);
      const { stats } = await must('GET', `/webhooks/${one.id}/stats?step=minute`);
      const sum = (name: string) =>
        (stats as Record<string, number>[]).reduce((all, step) => all + (step[name] ?? 0), 0);
      return sum('accepted') === 1 && sum('attempts') === 3 && sum('succeeded') === 3;
    });
  });

  test('one is deleted, and then a webhook → the event stays, and so does the delivery of the other webhook', async (t) => {
    const { one, other, event } = await delivered(t, 'order.sent');
    const rows = await listed(event.id);
    const of = (id: string) => rows.find(({ webhook_id: webhookId }) => webhookId === id)?.id;
    await must('DELETE', `/deliveries/${of(one.id)}`);
    assert.deepEqual(
      (await listed(event.id)).map(({ id }) => id),
      [of(other.id)],
    );
    await must('DELETE', `/webhooks/${other.id}`);
    await until('its delivery is gone', async () => (await listed(event.id)).length === 0);
    const shown = await must('GET', `/events/${event.id}`);
    assert.deepEqual([shown.payload, shown.deliveries], [event.payload, 2]);
  });
});
