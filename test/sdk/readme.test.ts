import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { startLine } from '../journey/line.ts';
import type { Api } from '../setup/service.ts';
import { freePort } from '../setup/free-port.ts';
import { until } from '../setup/until.ts';
import { blocksOf } from './blocks.ts';
import { start, succeed } from './program.ts';
import { GO_ENVIRONMENT, noGo, noPython, ROOT, skipWithoutRegistry } from './toolchains.ts';

type Readme = {
  /** What fetches packages, in the guide. */
  client: string;
  language: 'typescript' | 'python' | 'go';
  /** The command that runs a program. */
  run: string[];
  programs: { send: string; emit: string; receive: string; errors: string };
  env?: Record<string, string>;
  skip: string | false;
};

const READMES: Readme[] = [
  {
    language: 'typescript',
    client: 'npm install',
    run: ['node'],
    programs: { send: 'send.mjs', emit: 'emit.mjs', receive: 'receive.mjs', errors: 'errors.mjs' },
    env: {
      npm_config_offline: 'true',
      npm_config_audit: 'false',
      npm_config_update_notifier: 'false',
    },
    skip: false,
  },
  {
    language: 'python',
    client: '.venv/bin/pip install',
    run: ['.venv/bin/python'],
    programs: { send: 'send.py', emit: 'emit.py', receive: 'receive.py', errors: 'errors.py' },
    skip: noPython,
  },
  {
    language: 'go',
    client: 'go get',
    run: ['go', 'run'],
    programs: { send: './send', emit: './emit', receive: './receive', errors: './errors' },
    env: GO_ENVIRONMENT,
    skip: noGo,
  },
];

for (const { language, client, run, programs, env = {}, skip } of READMES) {
  test(
    `what the README of the ${language} SDK says, and the guide, in an empty folder → webhooks delivered and verified`,
    { skip },
    async (t) => {
      const { api } = await startLine(t);
      const receiverPort = await freePort();
      const cwd = await emptyProject(t);
      const options = { cwd, env };
      const { install, files } = blocksOf(`sdk/${language}/README.md`);
      assert.equal(files.length, 4);
      const write = async (name: string, code: string) => {
        await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
        await writeFile(
          path.join(cwd, name),
          code
            .replaceAll('http://localhost:8000', api.url)
            .replaceAll('9000', String(receiverPort)),
        );
      };

      const installation = start(t, ['sh', '-ec', install], options);
      if ((await installation.exited) !== 0) {
        if (language !== 'python')
          throw new Error(`${install}: ${installation.output.stdout}${installation.output.stderr}`);
        return skipWithoutRegistry(t, installation.output.stderr);
      }
      for (const [name, code] of files) await write(name, code);

      const receiver = start(t, [...run, programs.receive], options);
      await until(`${programs.receive} listens`, () => accepts(receiverPort), 120_000);
      assert.match(await succeed(t, [...run, programs.send], options), /^succeeded 200 \d+ ms\s*$/);
      await until('the receiver printed', () => receiver.output.stdout.includes('\n'));
      assert.equal(receiver.output.stdout, 'genuine {"success": true}\n');
      assert.match(
        await succeed(t, [...run, programs.emit], options),
        /^true \{"order":1042\}\ndelivery [0-9a-f-]{36}\n$/i,
      );
      await until('the event arrived', () => receiver.output.stdout.split('\n').length === 3);
      assert.match(receiver.output.stdout, /^genuine \{"order":1042\}$/m);
      const forged = await fetch(`http://127.0.0.1:${receiverPort}/`, {
        method: 'POST',
        body: 'forged',
      });
      assert.equal(forged.status, 401);
      assert.equal(await succeed(t, [...run, programs.errors], options), 'no such delivery\n');
      receiver.kill();
      await receiver.exited;

      // The receiver of the guide has the same name, and keeps out repeats.
      const guide = blocksOf('docs/receiving-webhooks.md');
      const commands = guide.shell.flatMap((one) => one.split('\n'));
      for (const [name, code] of guide.files)
        if (files.some(([other]) => other === name)) await write(name, code);
      const needed = start(
        t,
        ['sh', '-ec', commands.find((one) => one.startsWith(client)) ?? 'false'],
        { cwd },
      );
      if ((await needed.exited) !== 0) return skipWithoutRegistry(t, needed.output.stderr, client);
      const careful = start(t, [...run, programs.receive], options);
      await until('the receiver of the guide listens', () => accepts(receiverPort), 120_000);
      const url = `http://127.0.0.1:${receiverPort}/`;
      const webhook = await api.createWebhook({
        url,
        signatures: ['standard'],
        secret_token: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      });
      const first = await delivered(api, webhook.id);
      const replay = replayOf((await api.attempts(first))[0]?.raw_request ?? '');
      const second = await delivered(api, webhook.id);
      assert.equal((await fetch(url, replay)).status, 200);
      await until('it printed both', () => careful.output.stdout.split('\n').length === 3);
      assert.equal(careful.output.stdout, `new ${first}\nnew ${second}\n`);
      assert.equal((await fetch(url, { ...replay, body: '{"id":"forged"}' })).status, 401);
    },
  );
}

async function delivered(api: Api, webhookId: string): Promise<string> {
  const { id } = await api.createDelivery(webhookId, '{"success": true}');
  assert.equal((await api.settled(id)).status, 'succeeded');
  return id;
}

/** The same request, as somebody who has recorded it would send it. */
function replayOf(rawRequest: string): RequestInit {
  const [head = '', body = ''] = rawRequest.split('\r\n\r\n');
  const lines = head.split('\r\n').slice(2);
  return {
    method: 'POST',
    headers: lines.map((line) => line.split(': ') as [string, string]),
    body,
  };
}

/** An empty folder with a checkout of Postmand beside it. */
async function emptyProject(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-readme-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await symlink(ROOT, path.join(folder, 'postmand'));
  const project = path.join(folder, 'project');
  await mkdir(project);
  return project;
}

/**
 * A port that nobody uses, out of the range from which the system hands out ports: nobody gets it
 * by chance.
 */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
