import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../setup/command.ts';

/** Reports each package of which something was loaded, at the end of the process. */
const REPORT = `
import { registerHooks } from 'node:module';
const packages = new Set();
registerHooks({
  load(url, context, next) {
    const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});
process.on('exit', () => console.log(JSON.stringify([...packages])));
`;

/** What a command has loaded when it finds that it has no database: `.env` is out of its reach. */
function packagesOf(command: string): string[] {
  const { stdout } = spawnSync(
    process.execPath,
    [
      `--import=data:text/javascript,${encodeURIComponent(REPORT)}`,
      path.join(ROOT, 'src/cli.ts'),
      command,
    ],
    { cwd: tmpdir(), encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  return JSON.parse(stdout) as string[];
}

const LOADED = [
  {
    command: 'server',
    needed: ['express', 'express-openapi-validator', 'pg', 'pg-boss'],
    spared: ['got', 'swagger-ui-dist', 'umzug', 'yaml', '@opentelemetry/sdk-node'],
  },
  {
    command: 'worker',
    needed: ['got', 'pg', 'pg-boss'],
    spared: [
      'express-openapi-validator',
      'swagger-ui-dist',
      'umzug',
      'yaml',
      '@opentelemetry/sdk-node',
    ],
  },
  { command: 'migrate', needed: ['pg-boss', 'umzug'], spared: ['express', 'got', 'yaml'] },
];

for (const { command, needed, spared } of LOADED)
  test(`${command} starts → it loads ${needed.join(', ')}, but not ${spared.join(', ')}`, () => {
    const loaded = packagesOf(command);
    assert.deepEqual(
      needed.filter((name) => !loaded.includes(name)),
      [],
    );
    assert.deepEqual(
      spared.filter((name) => loaded.includes(name)),
      [],
    );
  });
