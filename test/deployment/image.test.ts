import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { emptyFolder } from '../commands/processes.ts';
import { freshDatabase } from '../setup/database.ts';
import { freePort } from '../setup/free-port.ts';
import { lastFirst, type Cleanup } from '../setup/last-first.ts';
import { startReceiver } from '../setup/receiver.ts';
import { apiAt } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { ROOT, run, unreachable, type Ended } from './run.ts';

/** What the Dockerfile may copy, and what must never get into an image, in the same folder. */
const COPIED = ['Dockerfile', '.dockerignore', 'package.json', 'package-lock.json'];
const FOLDERS = ['openapi.yaml', 'migrations', 'src', 'docs', 'test/setup'];
const SECRETS = ['.env', 'src/.env', 'src/http/.env.local', 'migrations/.env', 'src/.npmrc'];

/** Longer than a build takes that has to fetch its base and all packages over a slow line. */
const BUILD_MS = 600_000;

const TAG = `postmand-test-${randomBytes(6).toString('hex')}`;

suite('the image that docker build makes', { skip: withoutEngine(), timeout: 2 * BUILD_MS }, () => {
  const building = build(TAG, []);
  building.catch(() => {});
  wholeFile.after(() => docker(['image', 'rm', '--force', TAG]));

  test('→ migrates, serves, delivers and says that it is healthy', async (context) => {
    if (!(await isBuilt(context, building))) return;
    const t = lastFirst(context);
    const { url } = await freshDatabase(t, 'template0');
    const migrate = await inImage(['migrate'], [`POSTMAND_DATABASE_URL=${url}`]);
    assert.deepEqual([migrate.code, migrate.stderr], [0, '']);

    const port = await freePort();
    const server = await startContainer(t, 'server', { url, port, healthPort: await freePort() });
    const worker = await startContainer(t, 'worker', { url, port, healthPort: await freePort() });
    for (const one of [server, worker])
      await until('healthy', async () => (await healthOf(one)) === 'healthy', 60_000);
    const api = apiAt(`http://127.0.0.1:${port}`);
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    for (const one of [server, worker]) {
      await docker(['stop', one]);
      assert.equal(await inspect(one, '{{.State.ExitCode}}'), '0');
    }
  });

  test('→ runs as a number that is not root, which Kubernetes can tell of a number only', async (t) => {
    if (!(await isBuilt(t, building))) return;
    assert.match(await inspect(TAG, '{{.Config.User}}'), /^[1-9]\d*$/);
  });

  test('→ holds no settings, documents, tests, source maps or types, and the licence of every package', async (t) => {
    if (!(await isBuilt(t, building))) return;
    const find = ['--entrypoint', 'find', TAG, '.', '-type', 'f'];
    const { stdout } = await docker(['run', '--rm', ...find]);
    const files = stdout.split('\n').map((line) => line.replace('./', ''));
    assert.ok(files.includes('src/postmand.js'));
    const ours = files.filter((file) => !file.startsWith('node_modules/'));
    assert.deepEqual(
      ours.filter((file) => /(^|\/)\.|^(docs|test|data|sdk)\//.test(file)),
      [],
    );
    const theirs = files.filter((file) => file.startsWith('node_modules/'));
    assert.deepEqual(
      theirs.filter((file) => /\.(map|d\.[cm]?ts)$/.test(file)),
      [],
    );
    const packages = theirs
      .filter((file) => /^(.*\/)?node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
      .map(path.dirname);
    assert.ok(packages.length > 150, String(packages.length));
    const licensed = new Set(
      theirs
        .filter((file) => /(^|\/)(licen[cs]e|copying)[^/]*$|\/readme\.md$/i.test(file))
        .map(path.dirname),
    );
    assert.deepEqual(
      packages.filter((one) => !licensed.has(one)),
      [],
    );
  });

  test('of sources that need a package that is missing → is not made', async (t) => {
    if (!(await isBuilt(t, building))) return;
    const { code } = await build(`${TAG}-broken`, ["import 'a-package-that-nobody-has';\n"]);
    assert.notEqual(code, 0);
  });
});

/** Why there is nothing to build an image with; false: there is something. */
function withoutEngine(): string | false {
  try {
    execFileSync('docker', ['version'], { stdio: 'ignore', timeout: 20_000 });
    return false;
  } catch {
    return 'no Docker engine answers (docker version)';
  }
}

function docker(args: string[], timeout?: number): Promise<Ended> {
  return run(['docker', ...args], { env: process.env, ...(timeout ? { timeout } : {}) });
}

/** Builds the image of this source tree beside files that must not get into it. */
async function build(tag: string, addedToServer: string[]): Promise<Ended> {
  const context = await emptyFolder(wholeFile);
  for (const name of [...COPIED, ...FOLDERS])
    await cp(path.join(ROOT, name), path.join(context, name), { recursive: true });
  await mkdir(path.join(context, 'data'));
  for (const name of [...SECRETS, 'data/password']) await writeFile(path.join(context, name), 'x');
  for (const text of addedToServer)
    await appendFile(path.join(context, 'src/commands/server.ts'), text);
  return docker(['build', '--tag', tag, context], BUILD_MS);
}

/** Skips a test where no registry can be reached. */
async function isBuilt(t: TestContext, building: Promise<Ended>): Promise<boolean> {
  const { code, stderr } = await building;
  const problem = code === 0 ? undefined : unreachable(stderr);
  if (problem !== undefined && !process.env['CI']) {
    t.skip(`docker build cannot reach a registry (${problem}); with CI set this fails`);
    return false;
  }
  assert.equal(code, 0, stderr);
  return true;
}

/** Runs a command of the image to its end, in the network of this machine. */
function inImage(command: string[], variables: string[]): Promise<Ended> {
  const env = variables.flatMap((variable) => ['--env', variable]);
  return docker(['run', '--rm', '--init', '--network=host', ...env, TAG, ...command]);
}

type Place = { url: string; port: number; healthPort: number };

/** @returns the id of the container. */
async function startContainer(
  t: Cleanup,
  command: 'server' | 'worker',
  { url, port, healthPort }: Place,
): Promise<string> {
  const env = [
    `POSTMAND_DATABASE_URL=${url}`,
    `POSTMAND_HTTP_PORT=${port}`,
    `POSTMAND_HEALTH_CHECK_HTTP_PORT=${healthPort}`,
  ].flatMap((variable) => ['--env', variable]);
  const started = ['--detach', '--init', '--network=host', '--health-interval=1s', ...env];
  const { code, stdout, stderr } = await docker(['run', ...started, TAG, command]);
  assert.equal(code, 0, stderr);
  const id = stdout.trim();
  t.after(() => docker(['rm', '--force', id]));
  return id;
}

const healthOf = (id: string) => inspect(id, '{{.State.Health.Status}}');

async function inspect(id: string, format: string): Promise<string> {
  return (await docker(['inspect', '--format', format, id])).stdout.trim();
}
