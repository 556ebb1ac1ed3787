import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addDeliveryRows, holdAll } from '../setup/rows.ts';
import { jobCount, openLine, type Line } from './line.ts';

// A database taken over from the Go program holds rows that our API would refuse.
suite('rows taken over that can never be sent', { concurrency: true }, () => {
  type Unsendable = [when: string, column: 'url' | 'content_type', value: string, error: RegExp];
  const UNSENDABLE: Unsendable[] = [
    ['a URL of another scheme', 'url', 'ftp://x', /^the URL of the webhook is not http or https$/],
    ['no URL at all', 'url', '', /^the URL of the webhook is not/],
    [
      'a content type with a newline',
      'content_type',
      'text/plain\r\nX-Evil: 1',
      /^a header would hold a character that HTTP does not allow$/,
    ],
  ];
  for (const [when, column, value, error] of UNSENDABLE) {
    test(`${when} → failed after its attempts with the reason, and the others are delivered`, async (t) => {
      const line = await openLine(t);
      const { api, receiver } = line;
      const unsendable = await api.createWebhook({ url: receiver.url, max_delivery_attempts: 2 });
      const healthy = await api.createWebhook({ url: receiver.url });
      await line.pool.query(`update webhooks set ${column} = $2 where id = $1`, [
        unsendable.id,
        value,
      ]);
      const ids = [];
      for (let i = 0; i < 5; i += 1)
        ids.push(
          await takenOver(line, unsendable.id, 'unsendable'),
          await takenOver(line, healthy.id, `healthy ${i}`),
        );
      await line.startWorker();

      for (const [i, id] of ids.entries()) {
        const delivery = await api.settled(id);
        assert.deepEqual(
          [delivery.status, delivery.delivery_attempts],
          i % 2 === 0 ? ['failed', 2] : ['succeeded', 1],
        );
        if (i % 2 === 0)
          for (const attempt of await api.attempts(id)) assert.match(attempt.error, error);
      }
      assert.deepEqual(
        receiver.received.map(({ body }) => body).sort(),
        [0, 1, 2, 3, 4].map((i) => `healthy ${i}`),
      );
      assert.equal(await jobCount(line), 0);
      assert.deepEqual(line.errors(), []);
    });
  }

  test('a delivery that was tried more often than its webhook allows → failed, without another attempt', async (t) => {
    const line = await openLine(t, (_request, response) => response.writeHead(500).end());
    const webhook = await line.api.createWebhook({
      url: line.receiver.url,
      max_delivery_attempts: 3,
    });
    const id = await takenOver(line, webhook.id, 'x');
    await line.pool.query('update deliveries set delivery_attempts = 32767 where id = $1', [id]);
    await line.startWorker();
    const delivery = await line.api.settled(id);
    assert.deepEqual(
      [delivery.status, delivery.delivery_attempts, line.receiver.received.length],
      ['failed', 32_767, 0],
    );
  });
});

/** A pending delivery as the migration leaves it: imported, without a job. */
async function takenOver({ pool }: Line, webhookId: string, payload: string): Promise<string> {
  const row = { webhookId, payload, scheduledAt: '2026-01-01T00:00:00Z' };
  const [id = ''] = await addDeliveryRows(pool, [row]);
  await holdAll({ pool }, webhookId, 'imported');
  return id;
}
