import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ServerState } from '../../src/database/server-state.ts';
import { Listener } from '../../src/deliveries/listener.ts';
import { keepingLog } from '../setup/parts.ts';
import { until } from '../setup/until.ts';

suite('LISTEN while the server turns', { concurrency: 4 }, () => {
  test('read-only → closed at once; to be written again → opened anew', async () => {
    const { listener, server, opened } = parts();
    await listener.start();
    server.foundReadOnly(true);
    assert.deepEqual(opened, ['closed']);
    server.foundReadOnly(false);
    await until('opened', () => opened[1] === 'open');
    await listener.close();
    assert.deepEqual(opened, ['closed', 'closed']);
  });

  test('opened while it turns → that one may lead to the old server, and is closed', async () => {
    const slow = Promise.withResolvers<void>();
    const { listener, server, opened } = parts([() => slow.promise]);
    const started = listener.start();
    server.foundReadOnly(true);
    server.foundReadOnly(false);
    await until('another one is open', () => opened.length === 1);
    slow.resolve();
    await started;
    assert.deepEqual(opened, ['open', 'closed']);
    await listener.close();
    assert.deepEqual(opened, ['closed', 'closed']);
  });

  test('not to be opened after a turn → tried again until it is, and said', async () => {
    const fails = () => Promise.reject(new Error('not now'));
    const { listener, server, opened, log } = parts([() => Promise.resolve(), fails, fails]);
    await listener.start();
    server.foundReadOnly(true);
    server.foundReadOnly(false);
    await until('opened', () => opened.length === 2);
    assert.deepEqual(opened, ['closed', 'open']);
    const said = log.lines.map(({ level, event }) => [level, event]);
    assert.deepEqual(said, [
      ['warn', 'queue.error'],
      ['warn', 'queue.error'],
    ]);
    await listener.close();
  });

  test('not to be opened at the start → told, and opened when the server can be written', async () => {
    const { listener, server, opened } = parts([() => Promise.reject(new Error('a standby'))]);
    await assert.rejects(listener.start(), /a standby/);
    server.foundReadOnly(true);
    server.foundReadOnly(false);
    await until('opened', () => opened[0] === 'open');
    await listener.close();
  });

  test('closed → no turn opens it again', async () => {
    const { listener, server, opened } = parts();
    await listener.start();
    await listener.close();
    server.foundReadOnly(true);
    server.foundReadOnly(false);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(opened, ['closed']);
  });
});

/** A listener whose first openings take `before`. `opened` tells what became of each that came about. */
function parts(before: (() => Promise<void>)[] = []) {
  const server = new ServerState();
  const log = keepingLog();
  const opened: ('open' | 'closed')[] = [];
  let tries = 0;
  async function open() {
    await before[tries++]?.();
    const nth = opened.push('open') - 1;
    return { close: () => Promise.resolve(void (opened[nth] = 'closed')) };
  }
  return { server, log, opened, listener: new Listener({ open, server, log }) };
}
