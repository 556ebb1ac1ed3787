import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { ProcessPool } from '../../src/sending/isolated/pool.ts';
import type { WebhookRequest } from '../../src/sending/request.ts';
import type { Sender, SenderOptions } from '../../src/sending/send.ts';
import { startRawServer, type RawServer } from '../setup/raw-server.ts';
import { assertResponse, sender } from './sending.ts';

/** Headers that the owner of a webhook wants, as they arrive. */

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

const GIVEN: Partial<WebhookRequest> = {
  headers: [
    ['Content-Type', 'application/json'],
    ['constructor', 'c'],
    ['hasOwnProperty', 'h'],
    ['toString', 't'],
    ['User-Agent', 'shop/7'],
    ['webhook-sequence', '7'],
    ['X-EMPTY', ''],
    ['x-tenant_ID', '~ 7 ~'],
  ],
  concealed: ['constructor', 'hasownproperty', 'tostring', 'user-agent', 'x-empty', 'x-tenant_id'],
};

/** Ours are written as they were before. */
const ARRIVED = [
  'User-Agent: shop/7',
  'content-type: application/json',
  'constructor: c',
  'hasOwnProperty: h',
  'toString: t',
  'webhook-sequence: 7',
  'X-EMPTY: ',
  'x-tenant_ID: ~ 7 ~',
  'content-length: 2',
];

const SENDERS: [how: string, create?: (options: SenderOptions) => Sender][] = [
  ['by this process'],
  ['by a process of its own', (options) => new ProcessPool(options)],
];

for (const [how, create] of SENDERS)
  suite(`sent ${how}`, () => {
    test('any names, one of each → as their owner wrote them, and ours as ever', async (t) => {
      const server = await answering(t);
      assertResponse(await sender(t, {}, create).send(server.url, GIVEN));
      assert.deepEqual(linesOf(server.requests[0]), ARRIVED);
    });

    test('Authorization beside credentials in the URL → it alone is sent', async (t) => {
      const server = await answering(t);
      const url = server.url.replace('://', '://user:hunter2@');
      const { send } = sender(t, {}, create);
      assertResponse(
        await send(url, {
          headers: [['Authorization', 'Bearer a-token']],
          concealed: ['authorization'],
        }),
      );
      assertResponse(await send(url, { headers: [] }));
      assert.deepEqual(authorizations(server), [
        'Authorization: Bearer a-token',
        `authorization: Basic ${Buffer.from('user:hunter2').toString('base64')}`,
      ]);
    });
  });

test('an idle connection is closed just as it is reused → the same headers on a new one', async (t) => {
  const server = await startRawServer(t, (socket, number) =>
    number === 2 ? void socket.destroy() : void socket.write(OK),
  );
  const { send } = sender(t);
  assertResponse(await send(server.url));
  assertResponse(await send(server.url, GIVEN));
  assert.equal(server.requests.length, 3);
  assert.deepEqual(linesOf(server.requests[2]), ARRIVED);
});

test('a header that no connection takes → a failure that has its name at most', async (t) => {
  const server = await answering(t);
  for (const [name, value] of [
    ['X-Tenant', 'hunter2\r\nX-Other: 1'],
    ['X-Tenant', 'hunter2\0'],
    ['X Tenant', 'hunter2'],
    ['__proto__', 'hunter2'],
  ] as const) {
    const exchange = await sender(t).send(server.url, {
      headers: [[name, value]],
      concealed: [name.toLowerCase()],
    });
    assert.doesNotMatch(JSON.stringify(exchange), /hunter2/);
  }
  assert.doesNotMatch(server.requests.join(''), /X-Other/);
});

async function answering(t: TestContext): Promise<RawServer> {
  return startRawServer(t, (socket) => void socket.write(OK));
}

/** The lines of a head, without those that tell of the connection. */
function linesOf(request = ''): string[] {
  const [head = ''] = request.split('\r\n\r\n');
  return head
    .split('\r\n')
    .slice(1)
    .filter((line) => !/^(host|connection):/i.test(line));
}

function authorizations({ requests }: RawServer): (string | undefined)[] {
  return requests.map((request) => linesOf(request).find((line) => /^authorization:/i.test(line)));
}
