import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { assertOneKey, startLive } from './live.ts';
import { succeed } from './program.ts';
import { GO_ENVIRONMENT, noGo, ROOT } from './toolchains.ts';

const MODULE = path.join(ROOT, 'sdk/go');

test(
  'the Go SDK against a live service → its tests pass, with the requests that they are about',
  { skip: noGo },
  async (t) => {
    const { stub, environment } = await startLive(t);
    await succeed(t, ['go', 'test', '-count=1', './...'], {
      cwd: MODULE,
      env: { ...environment, ...GO_ENVIRONMENT },
    });
    assert.deepEqual(
      ['busy-twice', 'busy-reads', 'busy-creates'].map((state) => stub.count(state)),
      [3, 4, 1],
    );
    assert.deepEqual(stub.keys('busy-creates'), [undefined]);
    assertOneKey(stub.keys('lossy'));
    assert.deepEqual(stub.keys('silent-once'), ['order-1042', 'order-1042']);
    const keyed = stub.received.filter((request) => request.path.startsWith('/fine-keyed/'));
    assert.deepEqual(
      keyed.map(({ headers }) => headers.authorization),
      ['Bearer the-key'],
    );
  },
);

test('the Go SDK → formatted, and nothing for go vet to say', { skip: noGo }, async (t) => {
  const options = { cwd: MODULE, env: GO_ENVIRONMENT };
  assert.equal(await succeed(t, ['gofmt', '-l', '.'], options), '');
  await succeed(t, ['go', 'vet', './...'], options);
});
