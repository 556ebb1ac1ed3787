import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from '../commands/processes.ts';
import { run, textOf } from './run.ts';

for (const host of ['127.0.0.1', '::1', 'localhost']) {
  test(`the image's health check, where the health port listens on ${host} alone → asks there`, async (t) => {
    const server = createServer((_request, response) => response.end('{}'));
    await once(server.listen(0, host), 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const check = await healthCheck(await emptyFolder(t), { port, host });
    assert.equal(await check('node', 'src/postmand.js', 'server'), 0);
  });
}

test("the image's health check → asks the health port of a server or worker, and leaves migrate alone", async (t) => {
  let status = 200;
  const server = createServer((request, response) =>
    response.writeHead(request.url === '/healthz' ? status : 404).end('{}'),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const folder = await emptyFolder(t);
  const check = await healthCheck(folder, { port: (server.address() as AddressInfo).port });
  const nobody = await healthCheck(folder, { port: 1 });

  assert.equal(await check('node', 'src/postmand.js', 'server'), 0);
  status = 500;
  assert.equal(await check('node', 'src/postmand.js', 'worker'), 1);
  assert.equal(await nobody('node', 'src/postmand.js', 'server'), 1);
  assert.equal(await nobody('node', 'src/postmand.js', 'migrate'), 0);
  assert.equal(await nobody('/sbin/docker-init', '--', 'node', 'src/postmand.js', 'm'), 0);
});

/**
 * The health check of the Dockerfile, in a container whose first process is the one given. Its
 * command stands there as JSON.
 */
async function healthCheck(
  folder: string,
  { port, host = '' }: { port: number; host?: string },
): Promise<(...processOne: string[]) => Promise<number>> {
  const [, json = '[]'] = /^HEALTHCHECK [^[]*(\[.*?^"\])/ms.exec(textOf('Dockerfile')) ?? [];
  const [node = '', flag = '', script = ''] = JSON.parse(json.replaceAll('\\\n', '')) as string[];
  const cmdline = path.join(folder, 'cmdline');
  return async (...processOne) => {
    await writeFile(cmdline, processOne.map((word) => `${word}\0`).join(''));
    const env = {
      POSTMAND_HEALTH_CHECK_HTTP_PORT: String(port),
      POSTMAND_HEALTH_CHECK_HTTP_HOST: host,
    };
    const command = [node, flag, script.replace('/proc/1/cmdline', cmdline)];
    return (await run(command, { cwd: folder, env })).code;
  };
}
