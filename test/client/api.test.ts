import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ApiClient } from '../../src/client/api.ts';
import { ApiProblem } from '../../src/client/problem.ts';
import { startReceiver } from '../setup/receiver.ts';

suite('a client of the API', () => {
  test('a proxy leads elsewhere → a problem, and nobody gets the request in another form', async (t) => {
    const { url, received } = await startReceiver(t, ({ path }, response) =>
      response.writeHead(path.startsWith('/v1') ? 301 : 200, { Location: '/elsewhere' }).end('{}'),
    );
    const client = new ApiClient({ url, key: 'k' });
    await assert.rejects(
      client.post('/event-types', { body: { name: 'order.paid' } }),
      (error) => error instanceof ApiProblem && error.status === 301 && error.code === 0,
    );
    assert.deepEqual(
      received.map(({ method, path }) => `${method} ${path}`),
      ['POST /v1/event-types'],
    );
  });
});
