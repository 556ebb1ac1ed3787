import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { suite, test } from 'node:test';
import { Overloaded } from '../../src/database/shared-commit.ts';
import { BytesInFlight } from '../../src/http/middleware/bytes-in-flight.ts';
import { freshDatabase } from '../setup/database.ts';
import { startApi } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { answersIn, rawClient } from './raw-client.ts';

const KIB = 1024;

suite('bytes in flight', () => {
  const response = () => new EventEmitter() as unknown as ServerResponse;

  test('as many as are allowed → in; more → Overloaded; one that fits beside them → in', () => {
    const inFlight = new BytesInFlight(100);
    inFlight.add(response(), 60);
    assert.throws(() => inFlight.add(response(), 41), Overloaded);
    inFlight.add(response(), 40);
    assert.throws(() => inFlight.add(response(), 1), Overloaded);
  });

  test('an answer is sent, or a connection gone → its bytes are free', () => {
    const inFlight = new BytesInFlight(100);
    const first = response();
    inFlight.add(first, 100);
    first.emit('close');
    inFlight.add(response(), 100);
  });

  for (const end of ['done', 'failed']) {
    test(`a connection gone while its body is worked on → its bytes are free when the work is ${end}`, async () => {
      const inFlight = new BytesInFlight(100);
      const first = response();
      inFlight.add(first, 100);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const work = inFlight.during(first, promise);
      first.emit('close');
      assert.throws(() => inFlight.add(response(), 1), Overloaded);
      if (end === 'done') resolve();
      else reject(new Error('no'));
      await Promise.allSettled([work]);
      inFlight.add(response(), 100);
    });
  }
});

suite('a server whose bytes are taken', async () => {
  const database = await freshDatabase(wholeFile);
  const MOST = 1024 * KIB;
  const api = await startApi(wholeFile, database, { bytesInFlight: MOST });
  const { id } = await api.createWebhook();
  const bodyOf = (bytes: number) => {
    const empty = JSON.stringify({ webhook_id: id, payload: '' });
    return JSON.stringify({ webhook_id: id, payload: 'x'.repeat(bytes - empty.length) });
  };
  const headOf = (length: string) =>
    `POST /v1/deliveries HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

  const LENGTHS: [how: string, length: string, body: (bytes: number) => string][] = [
    ['a Content-Length', `Content-Length: ${MOST - 10 * KIB}`, () => bodyOf(MOST - 10 * KIB)],
    [
      'pieces, which count as the limit',
      'Transfer-Encoding: chunked',
      () => `2\r\n{}\r\n0\r\n\r\n`,
    ],
  ];
  for (const [how, length, body] of LENGTHS) {
    test(`by a body with ${how} → 503 with Retry-After before another one is sent, and in when the first is answered`, async (t) => {
      const first = rawClient(t, api.url, headOf(length));
      const text = await until(
        'the first one is counted, and a second one is refused',
        async () => {
          const second = rawClient(t, api.url, headOf(`Content-Length: ${20 * KIB}`));
          // If it were accepted, it would wait for its body.
          await until('an answer', () => second.text() !== '', 300).catch(() => {});
          second.socket.destroy();
          return second.text();
        },
      );
      const [answer] = answersIn(text);
      assert.deepEqual(answer?.json, {
        code: 12,
        message: 'service unavailable',
        details: 'try again in a moment',
      });
      assert.deepEqual(
        [answer.status, answer.headers['retry-after'], answer.headers['connection']],
        [503, '2', 'close'],
      );
      first.send(body(MOST));
      await until('the first one is answered', () => first.text() !== '');
      await until(
        'there is room again',
        async () =>
          (await api.call('POST', '/deliveries', JSON.parse(bodyOf(20 * KIB)))).status === 201,
      );
    });
  }

  test('by a large body, for a small one that fits → 201', async (t) => {
    rawClient(t, api.url, headOf(`Content-Length: ${MOST - 10 * KIB}`));
    await until(
      'it is counted',
      async () =>
        (await api.call('POST', '/deliveries', JSON.parse(bodyOf(20 * KIB)))).status === 503,
    );
    assert.equal((await api.call('POST', '/deliveries', JSON.parse(bodyOf(5 * KIB)))).status, 201);
  });

  test('by a body whose connection breaks off → in afterwards', async (t) => {
    const first = rawClient(t, api.url, headOf(`Content-Length: ${MOST}`));
    const large = JSON.parse(bodyOf(MOST - 10 * KIB)) as object;
    await until(
      'it is counted',
      async () =>
        (await api.call('POST', '/deliveries', { ...large, payload: 'x' })).status === 503,
    );
    first.socket.destroy();
    await until(
      'there is room again',
      async () => (await api.call('POST', '/deliveries', large)).status === 201,
    );
  });

  test('by a body that breaks HTTP in the same packet as its head → in afterwards', async (t) => {
    const broken = rawClient(t, api.url, `${headOf('Transfer-Encoding: chunked')}zz\r\n`);
    assert.equal(answersIn(await broken.ended())[0]?.status, 400);
    const large = JSON.parse(bodyOf(MOST - 10 * KIB)) as object;
    await until(
      'there is room again',
      async () => (await api.call('POST', '/deliveries', large)).status === 201,
      5000,
    );
  });

  test('by a body, for a request without one → answered', async (t) => {
    const first = rawClient(t, api.url, headOf(`Content-Length: ${MOST}`));
    await until(
      'it is counted',
      async () => (await api.call('POST', '/deliveries', {})).status === 503,
    );
    assert.equal((await api.call('GET', '/deliveries?limit=1')).status, 200);
    assert.equal(
      (await api.call('DELETE', '/deliveries/3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10')).status,
      204,
    );
    first.socket.destroy();
  });
});
