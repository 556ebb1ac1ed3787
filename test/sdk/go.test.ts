import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { assertOneKey, startLive } from './live.ts';
import { succeed } from './program.ts';
import { GO_ENVIRONMENT, goWithModules, noGo, ROOT } from './toolchains.ts';

const MODULE = path.join(ROOT, 'sdk/go');
/** A module of its own, as the SDK has no dependencies. */
const DRIVERS = path.join(ROOT, 'test/sdk/drivers');

test(
  'the Go SDK against a live service → its tests pass, with the requests that they are about',
  { skip: noGo },
  async (t) => {
    const { stub, environment } = await startLive(t);
    const env = { ...environment, ...GO_ENVIRONMENT };
    await succeed(t, ['go', 'test', '-count=1', './...'], { cwd: MODULE, env });
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

test(
  'Enqueue of the Go SDK with pgx and database/sql → what commits is there, and nothing else',
  { skip: noGo },
  async (t) => {
    const modules = await goWithModules(t, DRIVERS);
    if (modules === undefined) return;
    const { environment } = await startLive(t);
    const env = { ...environment, ...modules };
    await succeed(t, ['go', 'test', '-count=1', './...'], { cwd: DRIVERS, env });
  },
);

test('the Go SDK → formatted, and nothing for go vet to say', { skip: noGo }, async (t) => {
  const options = { cwd: MODULE, env: GO_ENVIRONMENT };
  assert.equal(await succeed(t, ['gofmt', '-l', '.', DRIVERS], options), '');
  await succeed(t, ['go', 'vet', './...'], options);
});
