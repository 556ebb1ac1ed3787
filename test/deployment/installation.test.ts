import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { emptyFolder } from '../commands/processes.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';
import { lastFirst } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { apiAt } from '../setup/service.ts';
import { ROOT, run, unreachable } from './run.ts';

test('an installation without development packages → migrates, serves and delivers; start says what it lacks', async (context) => {
  const t = lastFirst(context);
  const root = await emptyFolder(t);
  for (const name of ['package.json', 'package-lock.json', 'openapi.yaml', 'migrations', 'src'])
    await cp(path.join(ROOT, name), path.join(root, name), { recursive: true });
  const install = ['npm', 'ci', '--omit=dev', '--omit=optional', '--prefer-offline'];
  const { code, stderr } = await run(install, { cwd: root, env: ofNpm() });
  const problem = unreachable(stderr);
  if (problem !== undefined && !process.env['CI'])
    return context.skip(`npm cannot reach its registry (${problem}); with CI set this fails`);
  assert.equal(code, 0, stderr);

  const { url } = await freshDatabase(t, 'template0');
  const env = { POSTMAND_DATABASE_URL: url };
  const migrate = postmand(t, ['migrate'], { root, env });
  assert.deepEqual([await exitStatus(migrate), migrate.output.stderr], [0, '']);

  const [server, worker] = ['server', 'worker'].map((name) => postmand(t, [name], { root, env }));
  assert.ok(server && worker);
  const { port } = await server.event('server.started');
  await worker.event('worker.started');
  const api = apiAt(`http://127.0.0.1:${Number(port)}`);
  const receiver = await startReceiver(t);
  const webhook = await api.createWebhook({ url: receiver.url });
  const { id } = await api.createDelivery(webhook.id);
  assert.equal((await api.settled(id)).status, 'succeeded');
  for (const file of ['index.html', 'swagger-ui.css', 'swagger-ui-bundle.js']) {
    const { status } = await fetch(`http://127.0.0.1:${Number(port)}/swagger/${file}`);
    assert.equal(status, 200, file);
  }
  for (const one of [server, worker]) assert.deepEqual(await one.end(), { code: 0, signal: null });

  const start = postmand(t, ['start'], { root });
  assert.equal(await exitStatus(start), 1);
  assert.match(
    start.output.stderr,
    /^postmand: No embedded PostgreSQL for \S+ is installed\. Set POSTMAND_DATABASE_URL/,
  );
});

/** What npm needs to reach its registry, and nothing of ours. */
function ofNpm(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(POSTMAND_|DATABASE_URL$|PORT$)/.test(name),
  );
  return Object.fromEntries(inherited);
}
