import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { localFault } from '../../src/sending/local-fault.ts';
import { startReceiver } from '../setup/receiver.ts';
import type { Told } from './exhausted-sender.ts';

const EXHAUSTED_SENDER = fileURLToPath(new URL('exhausted-sender.ts', import.meta.url));

suite('an error of a send', () => {
  const CASES: [when: string, error: unknown, code: string | undefined][] = [
    ['no descriptor for the connection', fault('EMFILE', 'connect'), 'EMFILE'],
    ['no descriptor on the whole machine', fault('ENFILE', 'connect'), 'ENFILE'],
    ['no buffer', fault('ENOBUFS', 'connect'), 'ENOBUFS'],
    ['no memory', fault('ENOMEM', 'connect'), 'ENOMEM'],
    ['no descriptor for the look-up', fault('EMFILE', 'getaddrinfo'), 'EMFILE'],
    ['no memory for the look-up', fault('EAI_MEMORY', 'getaddrinfo'), 'EAI_MEMORY'],
    [
      'no local port left to an IPv4 address',
      fault('EADDRNOTAVAIL', 'connect', '10.0.0.1'),
      'EADDRNOTAVAIL',
    ],
    [
      'no local address for an IPv6 address',
      fault('EADDRNOTAVAIL', 'connect', '2001:db8::1'),
      undefined,
    ],
    ['no memory while writing, as a part may have left', fault('ENOMEM', 'write'), undefined],
    ['no buffer while reading', fault('ENOBUFS', 'read'), undefined],
    ['no call that is told', fault('EMFILE', undefined), undefined],
    ['refused', fault('ECONNREFUSED', 'connect', '10.0.0.1'), undefined],
    ['a name that does not exist', fault('ENOTFOUND', 'getaddrinfo'), undefined],
    ['wrapped by got', wrapped(fault('EMFILE', 'connect')), 'EMFILE'],
    [
      'all addresses',
      wrapped(new AggregateError([fault('EMFILE', 'connect'), fault('EMFILE', 'connect')])),
      'EMFILE',
    ],
    [
      'the second of two addresses',
      new AggregateError([fault('ECONNREFUSED', 'connect'), fault('EMFILE', 'connect')]),
      'EMFILE',
    ],
    [
      'none of two addresses',
      new AggregateError([fault('ECONNREFUSED', 'connect'), fault('EHOSTUNREACH', 'connect')]),
      undefined,
    ],
    ['no error at all', undefined, undefined],
  ];
  for (const [when, error, code] of CASES) {
    test(`${when} → ${code === undefined ? 'not ours' : `ours, ${code}`}`, () =>
      assert.equal(localFault(error), code));
  }
});

suite('a process without a free descriptor', { concurrency: true }, () => {
  for (const resolver of ['known', 'new'] as const) {
    test(`a resolver that is ${resolver}: literal, name and https → local faults; with descriptors again → as usual`, async (t) => {
      const receiver = await startReceiver(t);
      const { port } = new URL(receiver.url);
      const urls = [
        'http://127.0.0.1',
        'http://localhost',
        'https://127.0.0.1',
        'https://localhost',
      ];
      const all = [...urls.map((url) => `${url}:${port}/`), 'http://nowhere.invalid/'];
      const { exhausted, afterwards } = await sendExhausted(resolver, all);
      assert.deepEqual(
        exhausted,
        all.map(() => ({ kind: 'local', code: 'EMFILE' })),
      );
      assert.deepEqual(afterwards.map(wordOf), [200, 200, 'tls', 'tls', 'dns']);
      assert.equal(receiver.received.length, 2);
    });
  }
});

test('no free descriptor, to start a process with → a local fault; with descriptors again → as usual', async (t) => {
  const receiver = await startReceiver(t);
  const { exhausted, afterwards } = await sendExhausted('isolated', [receiver.url]);
  assert.deepEqual(exhausted, [{ kind: 'local', code: 'EMFILE' }]);
  assert.deepEqual(afterwards.map(wordOf), [200]);
});

function wordOf(exchange: Told['afterwards'][number]): unknown {
  if (exchange.kind === 'response') return exchange.status;
  return exchange.kind === 'failure' ? exchange.reason : exchange.kind;
}

async function sendExhausted(sender: 'known' | 'new' | 'isolated', urls: string[]): Promise<Told> {
  const limited = 'ulimit -n 100; exec "$@"';
  const args = ['-c', limited, 'sh', process.execPath, EXHAUSTED_SENDER, sender, ...urls];
  const { stdout } = await promisify(execFile)('sh', args);
  return JSON.parse(stdout) as Told;
}

function fault(code: string, syscall: string | undefined, address?: string): Error {
  return Object.assign(new Error(code), { code, syscall, address });
}

/** got takes over the code, and nothing else. */
function wrapped(cause: Error): Error {
  return Object.assign(new Error('got', { cause }), { code: 'EMFILE' });
}
