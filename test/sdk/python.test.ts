import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { assertOneKey, startLive } from './live.ts';
import { succeed } from './program.ts';
import { noPython, pythonWithPackages, ROOT } from './toolchains.ts';

test(
  'the Python SDK against a live service → its tests pass, with the requests that they are about',
  { skip: noPython },
  async (t) => {
    const python = await pythonWithPackages(t);
    if (python === undefined) return;
    const { stub, environment } = await startLive(t);
    const env = {
      ...environment,
      PYTHONPATH: path.join(ROOT, 'sdk/python/src'),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    await succeed(
      t,
      [
        python,
        '-W',
        'error::SyntaxWarning',
        '-m',
        'unittest',
        'discover',
        '--start-directory',
        'sdk/python/tests',
      ],
      {
        cwd: ROOT,
        env,
      },
    );
    assert.deepEqual(
      ['busy-twice', 'busy-twice-async', 'busy-reads', 'busy-creates'].map((state) =>
        stub.count(state),
      ),
      [3, 3, 4, 2],
    );
    assert.deepEqual(stub.keys('busy-creates'), [undefined, undefined]);
    for (const state of ['lossy', 'lossy-async']) assertOneKey(stub.keys(state));
    assert.deepEqual(stub.keys('silent-once'), [
      ...['order-1042', 'order-1042', 'order-1043'],
      undefined,
    ]);
    const keyed = stub.received.filter((request) => request.path.startsWith('/fine-keyed/'));
    assert.deepEqual(
      keyed.map(({ headers }) => headers.authorization),
      ['Bearer the-key'],
    );
  },
);
