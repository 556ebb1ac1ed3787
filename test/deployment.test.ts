import assert from 'node:assert/strict';
import { execFile, spawn, type ExecFileException } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readConfig } from '../src/config.ts';
import { parseDatabaseUrl } from '../src/database/url.ts';
import { freshDatabase } from './setup/database.ts';
import { startReceiver } from './setup/receiver.ts';
import { apiAt } from './setup/service.ts';
import { until } from './setup/until.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

type Instruction = { name: string; text: string; words: string[] };

/** The Dockerfile's instructions, without comments and with continued lines joined. */
const DOCKERFILE: Instruction[] = read('Dockerfile')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const [name = '', ...words] = line.split(/\s+/);
    return { name, text: line.slice(name.length).trim(), words };
  });

const IGNORE = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** Whether .dockerignore keeps a file out of the build: the last pattern that covers it decides. */
function isIgnored(file: string): boolean {
  const last = IGNORE.findLast((line) => {
    const pattern = line
      .replace(/^!/, '')
      .replaceAll('.', '\\.')
      .replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(.*/)?'));
    return new RegExp(`^${pattern}(/|$)`).test(file);
  });
  return last !== undefined && !last.startsWith('!');
}

test('what the Dockerfile copies → is there and is not ignored', () => {
  const sources = DOCKERFILE.filter(
    ({ name, text }) => name === 'COPY' && !text.startsWith('--from='),
  ).flatMap(({ words }) => words.slice(0, -1));
  assert.ok(sources.includes('src'));
  assert.deepEqual(
    sources.filter((source) => !existsSync(path.join(ROOT, source)) || isIgnored(source)),
    [],
  );
});

test('what must not get into an image → is ignored', () => {
  const files = [
    '.env',
    'src/.env',
    'src/.env.production',
    'src/http/.env.local',
    'migrations/.env',
    'src/.npmrc',
    'data/password',
    'node_modules/pg/package.json',
    '.git/config',
    'test/deployment.test.ts',
    'sdk/go/client.go',
    'README.md',
  ];
  assert.deepEqual(
    files.filter((file) => !isIgnored(file)),
    [],
  );
});

type Service = {
  image?: string;
  build?: string;
  command?: string[];
  restart?: string;
  environment: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  init?: boolean;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
};

suite('compose.yaml', () => {
  const { services, volumes } = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<'database' | 'migrate' | 'server' | 'worker', Service>;
    volumes: Record<string, unknown>;
  };
  const { database, ...ours } = services;

  test('→ migrate waits for a database that is healthy, server and worker for a migrate that is done', () => {
    assert.deepEqual(Object.keys(services), ['database', 'migrate', 'server', 'worker']);
    assert.deepEqual(ours.migrate.depends_on, { database: { condition: 'service_healthy' } });
    for (const { depends_on } of [ours.server, ours.worker]) {
      assert.deepEqual(depends_on, { migrate: { condition: 'service_completed_successfully' } });
    }
    assert.deepEqual(
      Object.values(services).map(({ restart }) => restart),
      ['unless-stopped', 'no', 'unless-stopped', 'unless-stopped'],
    );
    // On the socket a PostgreSQL answers that only creates the database.
    assert.ok(database.healthcheck?.test.includes('--host=127.0.0.1'));
  });

  test('→ each of ours runs a command that postmand has, without any right that it does not need', async () => {
    for (const [name, service] of Object.entries(ours)) {
      assert.deepEqual(service.command, [name]);
      assert.equal((await run(ROOT, ['node', 'src/cli.ts', name, '--help'])).code, 0);
      const { build, image, init, read_only, cap_drop, security_opt } = service;
      assert.deepEqual({ build, image }, { build: '.', image: undefined });
      assert.deepEqual(
        { init, read_only, cap_drop },
        { init: true, read_only: true, cap_drop: ['ALL'] },
      );
      assert.deepEqual(security_opt, ['no-new-privileges:true']);
      assert.ok(
        Number.parseInt(service.stop_grace_period ?? '', 10) * 1000 > readConfig({}).gracePeriodMs,
      );
    }
  });

  test('→ settings that Postmand takes, one password, nothing reachable from outside, data that stay', () => {
    for (const { environment } of Object.values(ours)) {
      const settings = Object.fromEntries(
        Object.entries(environment).map(([variable, value]) => [
          variable,
          value.replace(/\$\{\w+:-(.*?)\}/, '$1'),
        ]),
      );
      assert.deepEqual(
        readConfig(settings).database.url,
        parseDatabaseUrl('postgres://postmand:postmand@database:5432/postmand'),
      );
      assert.ok(
        environment['POSTMAND_DATABASE_URL']?.includes(
          database.environment['POSTGRES_PASSWORD'] ?? '?',
        ),
      );
    }
    assert.equal(database.environment['POSTGRES_USER'], 'postmand');
    const published = Object.values(services).flatMap(({ ports = [] }) => ports);
    assert.deepEqual(published, ['127.0.0.1:8000:8000']);
    assert.deepEqual(database.volumes, ['database:/var/lib/postgresql']);
    assert.ok('database' in volumes);
  });
});

test('every process of the Procfile → runs a command that postmand has', async () => {
  const processes = read('Procfile')
    .trim()
    .split('\n')
    .map((line) => line.split(': ') as [name: string, command: string]);
  assert.deepEqual(
    processes.map(([name]) => name),
    ['release', 'web', 'worker'],
  );
  for (const [, command] of processes) {
    const { code, stdout } = await run(ROOT, `${command} --help`.split(' '));
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: postmand ${command.split(' ').at(-1)}`), stdout);
  }
});

for (const host of ['127.0.0.1', '::1', 'localhost']) {
  test(`the image's health check, where the health port listens on ${host} alone → asks there`, async (t) => {
    const server = createServer((_request, response) => response.end('{}'));
    await once(server.listen(0, host), 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const check = await healthCheck(await temporaryFolder(t), port, host);
    assert.equal(await check('node', 'src/cli.ts', 'server'), 0);
  });
}

test("the image's health check → asks the health port of a server or worker, and leaves migrate alone", async (t) => {
  let status = 200;
  const server = createServer((request, response) =>
    response.writeHead(request.url === '/healthz' ? status : 404).end('{}'),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const folder = await temporaryFolder(t);
  const check = await healthCheck(folder, (server.address() as AddressInfo).port);
  const nobody = await healthCheck(folder, 1);

  assert.equal(await check('node', 'src/cli.ts', 'server'), 0);
  status = 500;
  assert.equal(await check('node', 'src/cli.ts', 'worker'), 1);
  assert.equal(await nobody('node', 'src/cli.ts', 'server'), 1);
  assert.equal(await nobody('node', 'src/cli.ts', 'migrate'), 0);
  assert.equal(await nobody('/sbin/docker-init', '--', 'node', 'src/cli.ts', 'm'), 0);
});

/** The health check of the Dockerfile, in a container whose first process is the one given. */
async function healthCheck(
  folder: string,
  port: number,
  host = '',
): Promise<(...processOne: string[]) => Promise<number>> {
  const { text } = DOCKERFILE.find(({ name }) => name === 'HEALTHCHECK') as Instruction;
  const [node = '', flag = '', script = ''] = JSON.parse(text.slice(text.indexOf('['))) as string[];
  const cmdline = path.join(folder, 'cmdline');
  return async (...processOne) => {
    await writeFile(cmdline, processOne.map((word) => `${word}\0`).join(''));
    const env = {
      POSTMAND_HEALTH_CHECK_HTTP_PORT: String(port),
      POSTMAND_HEALTH_CHECK_HTTP_HOST: host,
    };
    return (await run(folder, [node, flag, script.replace('/proc/1/cmdline', cmdline)], env)).code;
  };
}

test('the base of the image → one, by its digest', () => {
  const stages = DOCKERFILE.filter(({ name }) => name === 'FROM').map(
    ({ words }) => words[0] ?? '',
  );
  const [base = '', ...others] = stages;
  assert.match(base, /^node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/);
  assert.deepEqual(
    others.filter((one) => one !== 'base'),
    [],
  );
});

test("the image's user → a number that is not root, which Kubernetes can tell of a number only", () => {
  const [user, ...others] = DOCKERFILE.filter(({ name }) => name === 'USER');
  assert.match(user?.text ?? '', /^[1-9]\d*$/);
  assert.deepEqual(others, []);
});

suite('an installation made as the Dockerfile says', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-deployment-'));
  after(() => rm(folder, { recursive: true, force: true }));
  const building = build(folder);
  building.catch(() => {});

  test('→ migrates, serves and delivers; start says what it lacks', async (t) => {
    const image = await built(t, building);
    if (image === undefined) return;
    const { url } = await freshDatabase(t, 'template0');
    const env = {
      POSTMAND_DATABASE_URL: url,
      POSTMAND_HTTP_PORT: '0',
      POSTMAND_HEALTH_CHECK_HTTP_PORT: '0',
    };
    const entrypoint = JSON.parse(
      (DOCKERFILE.find(({ name }) => name === 'ENTRYPOINT') as Instruction).text,
    ) as string[];

    const migrated = await run(image, [...entrypoint, 'migrate'], env);
    assert.deepEqual({ code: migrated.code, stderr: migrated.stderr }, { code: 0, stderr: '' });

    const server = launch(t, image, [...entrypoint, 'server'], env);
    const worker = launch(t, image, [...entrypoint, 'worker'], env);
    const { port } = await server.event('server.started');
    await worker.event('worker.started');
    const api = apiAt(`http://127.0.0.1:${Number(port)}`);
    const receiver = await startReceiver(t);
    const webhook = await api.createWebhook({ url: receiver.url });
    const { id } = await api.createDelivery(webhook.id);
    assert.equal((await api.settled(id)).status, 'succeeded');
    for (const file of ['index.html', 'swagger-ui.css', 'swagger-ui-bundle.js']) {
      assert.equal(
        (await fetch(`http://127.0.0.1:${Number(port)}/swagger/${file}`)).status,
        200,
        file,
      );
    }
    assert.deepEqual(await Promise.all([server.end(), worker.end()]), [0, 0]);

    const started = await run(
      image,
      [...entrypoint, 'start'],
      { ...env, POSTMAND_DATABASE_URL: '' },
      20_000,
    );
    assert.equal(started.code, 1);
    assert.match(
      started.stderr,
      /^postmand: No embedded PostgreSQL for \S+ is installed\. Set POSTMAND_DATABASE_URL/,
    );
  });

  test('→ no source maps and types, few documents, and the licence of every package', async (t) => {
    const image = await built(t, building);
    if (image === undefined) return;
    const files = await readdir(path.join(image, 'node_modules'), { recursive: true });
    assert.deepEqual(
      files.filter((file) => /\.(map|d\.[cm]?ts)$/.test(file)),
      [],
    );
    const documents = files.filter((file) => file.endsWith('.md'));
    assert.ok(documents.length < 30, documents.join());
    const packages = files
      .filter((file) => /^((.*\/)?node_modules\/)?(@[^/]+\/)?[^/@]+\/package\.json$/.test(file))
      .map(path.dirname);
    assert.ok(packages.length > 150, String(packages.length));
    const licensed = new Set(
      files
        .filter((file) => /(^|\/)(licen[cs]e|copying)[^/]*$|\/readme\.md$/i.test(file))
        .map(path.dirname),
    );
    assert.deepEqual(
      packages.filter((one) => !licensed.has(one)),
      [],
    );
  });

  test('→ a package that is missing, or a cache that cannot be written, is a build that fails', async (t) => {
    const image = await built(t, building);
    if (image === undefined) return;
    const { text } = DOCKERFILE.findLast(({ name }) => name === 'RUN') as Instruction;
    const fillCache = async (env: Environment) =>
      (await run(image, ['sh', '-c', text], { ...buildEnvironment(), ...env })).code;
    const NODE_COMPILE_CACHE = path.join(await temporaryFolder(t), 'cache');
    assert.equal(await fillCache({ NODE_COMPILE_CACHE: '/dev/null/cache' }), 2);
    for (const one of ['express', 'got', 'umzug']) {
      const folder = path.join(image, 'node_modules', one);
      await rename(folder, `${folder}.gone`);
      assert.equal(await fillCache({ NODE_COMPILE_CACHE }), 1, one);
      await rename(`${folder}.gone`, folder);
    }
    assert.equal(await fillCache({ NODE_COMPILE_CACHE }), 0);
  });
});

type Built = { image: string } | { unreachable: string };

/** @returns what the last stage calls /app; undefined where the registry cannot be reached. */
async function built(t: TestContext, building: Promise<Built>): Promise<string | undefined> {
  const result = await building;
  if ('image' in result) return result.image;
  t.skip(`npm cannot reach its registry (${result.unreachable}); with CI set this fails`);
  return undefined;
}

/**
 * Carries out FROM, ENV, COPY and RUN of the Dockerfile, with this Node.js and this machine's npm.
 */
async function build(base: string): Promise<Built> {
  const stages = new Map<string, string>();
  let folder = base;
  const env = buildEnvironment();
  for (const { name, text, words } of DOCKERFILE) {
    if (name === 'FROM') {
      folder = path.join(base, `stage-${stages.size}`);
      stages.set(words[2] ?? '', folder);
      await mkdir(folder);
    }
    if (name === 'ENV') {
      for (const [, variable = '', value = ''] of text.matchAll(/(\S+)=(\S+)/g))
        env[variable] = value.replace('/home/node', base);
    }
    if (name === 'COPY') await copy(words, folder, stages);
    if (name === 'RUN') {
      const { code, stderr } = await run(folder, ['sh', '-c', text], env);
      const unreachable = unreachableCode(stderr);
      if (unreachable !== undefined && !process.env['CI']) return { unreachable };
      assert.equal(code, 0, `RUN ${text}: ${stderr}`);
    }
  }
  return { image: folder };
}

async function copy(words: string[], folder: string, stages: Map<string, string>): Promise<void> {
  const [first = ''] = words;
  const target = words.at(-1) ?? '';
  if (first.startsWith('--from=')) {
    const stage = stages.get(first.slice('--from='.length)) ?? '';
    return rename(
      path.join(stage, path.relative('/app', words[1] ?? '')),
      path.join(folder, target),
    );
  }
  for (const source of words.slice(0, -1)) {
    await cp(path.join(ROOT, source), path.join(folder, target === './' ? source : target), {
      recursive: true,
    });
  }
}

/** npm's code for a registry that it cannot reach. */
function unreachableCode(stderr: string): string | undefined {
  return /npm error code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E5\d\d)/.exec(
    stderr,
  )?.[1];
}

type Environment = Record<string, string | undefined>;

/** Longer than any command here takes, an installation over a slow line among them. */
const PATIENCE_MS = 240_000;

/** Runs a command to its end. @throws where it does not come to one. */
function run(
  cwd: string,
  [file = '', ...args]: string[],
  env: Environment = {},
  timeout = PATIENCE_MS,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...env, ...pathAndHome() }, timeout };
    execFile(file, args, options, (error: ExecFileException | null, stdout, stderr) => {
      if (error && typeof error.code !== 'number')
        reject(new Error(`${file} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error }));
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** Starts a command that goes on until `end`, which gives its exit status. */
function launch(t: TestContext, cwd: string, [file = '', ...args]: string[], env: Environment) {
  const child = spawn(file, args, {
    cwd,
    env: { ...env, ...pathAndHome() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    event: (name: string) =>
      until(`event ${name}`, () => {
        const line = output
          .split('\n')
          .find(
            (one) => one.startsWith('{') && one.endsWith('}') && one.includes(`"event":"${name}"`),
          );
        return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
      }).catch((error: Error) => assert.fail(`${error.message}: ${output}`)),
    end(): Promise<number | null> {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/**
 * As in a build there are no settings of ours: nothing must find a database. What npm needs to
 * reach its registry stays.
 */
function buildEnvironment(): Environment {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(POSTMAND_|DATABASE_URL$|PORT$)/.test(name),
  );
  return { ...Object.fromEntries(inherited), npm_config_prefer_offline: 'true' };
}

/** With this Node.js as `node`, whichever the machine has. */
function pathAndHome(): Environment {
  return {
    PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    HOME: process.env['HOME'],
  };
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-deployment-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
