import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { suite, test } from 'node:test';
import { Lookup, type Resolve } from '../../../src/sending/connecting/lookup.ts';
import { outboundObjection } from '../../../src/sending/connecting/outbound.ts';
import { SendError } from '../../../src/sending/send-error.ts';

type Asked = { hostname: string; answer(addresses: string[]): void; fail(code: string): void };

/** A look-up whose resolver answers when the test says so. */
function lookupWith(threads = 8, policy: 'internal' | 'public' = 'internal') {
  const asked: Asked[] = [];
  const resolve: Resolve = (hostname, done) =>
    void asked.push({
      hostname,
      answer: (addresses) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      fail: (code) => done(Object.assign(new Error(code), { code }), []),
    });
  const { find: lookup } = new Lookup({
    objection: outboundObjection({ policy, allow: [], deny: [] }),
    threads,
    resolve,
  });
  const all = (hostname: string) =>
    new Promise<LookupAddress[]>((good, bad) =>
      lookup(hostname, { all: true }, (error, addresses) =>
        error ? bad(error) : good(addresses as LookupAddress[]),
      ),
    );
  return { asked, lookup, all, names: () => asked.map(({ hostname }) => hostname) };
}

suite('addresses', () => {
  test('all addresses of a name, or the first where one is wanted', async () => {
    const { asked, all, lookup } = lookupWith();
    const found = all('a.test');
    asked[0]?.answer(['10.0.0.1', '::1']);
    assert.deepEqual(await found, [
      { address: '10.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
    const one = new Promise((good) =>
      lookup('a.test', {}, (error, address, family) => good([error, address, family])),
    );
    asked[1]?.answer(['10.0.0.1', '::1']);
    assert.deepEqual(await one, [null, '10.0.0.1', 4]);
  });

  test('some of them not allowed → left out', async () => {
    const { asked, all } = lookupWith();
    const found = all('a.test');
    asked[0]?.answer(['169.254.169.254', '10.0.0.1', 'fe80::1']);
    assert.deepEqual(await found, [{ address: '10.0.0.1', family: 4 }]);
  });

  test('none of them allowed → refused, with what the first one is', async () => {
    const { asked, all } = lookupWith(8, 'public');
    const found = all('a.test');
    asked[0]?.answer(['10.0.0.1', '127.0.0.1']);
    await assert.rejects(
      found,
      (error) =>
        error instanceof SendError &&
        error.code === 'NOT_ALLOWED' &&
        error.detail === 'a private address',
    );
  });

  test('a name that changes its mind → judged anew each time', async () => {
    const { asked, all } = lookupWith(8, 'public');
    const first = all('a.test');
    asked[0]?.answer(['8.8.8.8']);
    await first;
    const second = all('a.test');
    asked[1]?.answer(['127.0.0.1']);
    await assert.rejects(second, SendError);
  });

  test('a name that is not found → the error as it is', async () => {
    const { asked, all } = lookupWith();
    const found = all('a.test');
    asked[0]?.fail('ENOTFOUND');
    await assert.rejects(found, { code: 'ENOTFOUND' });
  });
});

suite('threads', () => {
  test('a name asked for many times at once → one look-up, and all get its answer', async () => {
    const { asked, all, names } = lookupWith();
    const found = Array.from({ length: 50 }, () => all('a.test'));
    assert.deepEqual(names(), ['a.test']);
    asked[0]?.answer(['10.0.0.1']);
    for (const addresses of await Promise.all(found))
      assert.deepEqual(addresses, [{ address: '10.0.0.1', family: 4 }]);
    void all('a.test');
    assert.deepEqual(names(), ['a.test', 'a.test']);
  });

  test('names that hang → half of the threads at most, and a name that was quick before is asked at once', async () => {
    const { asked, all, names } = lookupWith(8);
    const known = all('known.test');
    asked[0]?.answer(['10.0.0.1']);
    await known;
    for (let i = 0; i < 10; i += 1) void all(`hang-${i}.test`);
    assert.deepEqual(names().slice(1), [
      'hang-0.test',
      'hang-1.test',
      'hang-2.test',
      'hang-3.test',
    ]);
    const again = all('known.test');
    asked.at(-1)?.answer(['10.0.0.1']);
    assert.deepEqual(await again, [{ address: '10.0.0.1', family: 4 }]);
  });

  test('many names wait → the newest goes first', async () => {
    const { asked, all, names } = lookupWith(2);
    for (const name of ['a.test', 'b.test', 'c.test']) void all(name).catch(() => {});
    asked[0]?.fail('ENOTFOUND');
    assert.deepEqual(names(), ['a.test', 'c.test']);
  });

  test('more names wait than may → the oldest is told to come again', async () => {
    const { all, names } = lookupWith(2);
    void all('hang.test');
    const first = all('first.test');
    for (let i = 0; i < 1000; i += 1) void all(`${i}.test`).catch(() => {});
    await assert.rejects(first, { code: 'EAI_AGAIN' });
    assert.deepEqual(names(), ['hang.test']);
  });

  test('one of them answers → the next one is asked', async () => {
    const { asked, all, names } = lookupWith(2);
    const first = all('a.test');
    const second = all('b.test');
    assert.deepEqual(names(), ['a.test']);
    asked[0]?.fail('ENOTFOUND');
    await assert.rejects(first);
    asked[1]?.answer(['10.0.0.2']);
    assert.deepEqual(await second, [{ address: '10.0.0.2', family: 4 }]);
  });

  test('a name that became slow → no longer trusted', async (t) => {
    const { asked, all, names } = lookupWith(2);
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    const quick = all('a.test');
    asked[0]?.answer(['10.0.0.1']);
    await quick;
    const slow = all('a.test');
    now += 1001;
    asked[1]?.answer(['10.0.0.1']);
    await slow;
    void all('b.test');
    void all('a.test');
    assert.deepEqual(names(), ['a.test', 'a.test', 'b.test']);
  });

  test('10,000 more names answered quickly since → asked again like one that is not known', async () => {
    const { asked, all, names } = lookupWith(2);
    for (let i = 0; i <= 10_000; i += 1) {
      const quick = all(`${i}.test`);
      asked.at(-1)?.answer(['10.0.0.1']);
      await quick;
    }
    void all('hang.test');
    void all('0.test');
    void all('1.test');
    assert.deepEqual(names().slice(-2), ['hang.test', '1.test']);
  });
});
