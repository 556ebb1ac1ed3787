import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';
import { emptyFolder } from './processes.ts';

const OLD = 'the-old-key-0123456789';
const NEW = 'the-new-key-0123456789';

test('a server with two keys → both open it, the health port needs none, and the log tells how many', async (t) => {
  const database = await freshDatabase(t);
  const env = { POSTMAND_DATABASE_URL: database.url, POSTMAND_API_KEYS: ` ${OLD}, ${NEW} ` };
  const server = postmand(t, ['server'], { env });
  const { port, health_port, api_keys } = await server.event('server.started');
  assert.equal(api_keys, 2);
  assert.equal(await statusOf(`http://127.0.0.1:${String(port)}/v1/webhooks`), 401);
  for (const key of [OLD, NEW])
    assert.equal(await statusOf(`http://127.0.0.1:${String(port)}/v1/webhooks`, key), 200);
  for (const path of ['healthz', 'metrics'])
    assert.equal(await statusOf(`http://127.0.0.1:${String(health_port)}/${path}`), 200);
  await server.end();
  for (const key of [OLD, NEW])
    assert.ok(!(server.output.stdout + server.output.stderr).includes(key));
});

test('`start` with a key → only the key opens it, and the banner shows how to send one', async (t) => {
  const database = await freshDatabase(t);
  const env = { POSTMAND_DATABASE_URL: database.url, POSTMAND_API_KEYS: NEW };
  const command = postmand(t, ['start'], { env });
  const shown = new Promise<string>((resolve) => {
    command.process.stdout?.on('data', () => {
      const [, url] =
        /Try +curl (\S+) --header 'Authorization: Bearer KEY'/.exec(command.output.stdout) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const url = await Promise.race([
    shown,
    command.exited.then(() => assert.fail(command.output.stderr)),
  ]);
  assert.deepEqual(
    [await statusOf(url), await statusOf(url, OLD), await statusOf(url, NEW)],
    [401, 401, 200],
  );
  assert.ok(!command.output.stdout.includes(NEW));
});

test('a key that cannot be used → exit 2, and stderr names the variable and not the key', async (t) => {
  const server = postmand(t, ['server'], {
    cwd: await emptyFolder(t),
    env: { POSTMAND_API_KEYS: `${OLD},hunter2` },
  });
  assert.equal(await exitStatus(server), 2);
  assert.match(server.output.stderr, /\n {2}POSTMAND_API_KEYS .* which number 2 is not/);
  assert.ok(!server.output.stderr.includes('hunter2') && !server.output.stderr.includes(OLD));
});

async function statusOf(url: string, key?: string): Promise<number> {
  const response = await fetch(
    url,
    key === undefined ? {} : { headers: { Authorization: `Bearer ${key}` } },
  );
  await response.arrayBuffer();
  return response.status;
}
