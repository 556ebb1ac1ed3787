import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test, type TestContext } from 'node:test';
import { emptyFolder } from './commands/processes.ts';
import { ROOT } from './setup/command.ts';

const ADVISORY = {
  id: 1,
  url: 'https://advisories.example/1',
  title: 'It gives everything away',
  vulnerable_versions: '*',
  cwe: [],
  cvss: { score: 0, vectorString: null },
};

suite('the check for advisories', { concurrency: 2 }, () => {
  const REGISTRIES: [
    what: string,
    answer: RequestListener | undefined,
    code: number,
    says: RegExp,
  ][] = [
    ['knows of nothing', advisories({}), 0, /^check:audit: 0 vulnerable packages/m],
    [
      'knows a moderate one of express → told',
      advisories({ express: [{ ...ADVISORY, severity: 'moderate' }] }),
      0,
      /^moderate: express .*It gives everything away https:\/\/advisories\.example\/1$/m,
    ],
    [
      'knows a high one of express',
      advisories({ express: [{ ...ADVISORY, severity: 'high' }] }),
      1,
      /^high: express [^]* [1-9]\d* of them high or critical\.$/m,
    ],
    [
      'knows a critical one of a tool for development → of no interest',
      advisories({ knip: [{ ...ADVISORY, severity: 'critical' }] }),
      0,
      /^check:audit: 0 vulnerable packages/m,
    ],
    [
      'has no such service',
      (_request, response) => response.writeHead(405).end(),
      0,
      /^check:audit: skipped, .*405/m,
    ],
    [
      'is broken',
      (_request, response) => response.writeHead(500).end('<html>'),
      0,
      /^check:audit: skipped, /m,
    ],
    ['cannot be reached', undefined, 0, /^check:audit: skipped, .*ECONNREFUSED/m],
  ];
  for (const [what, answer, code, says] of REGISTRIES) {
    test(`the registry ${what} → exit ${code}`, async (t) => {
      const result = await audit(
        t,
        answer === undefined ? 'http://127.0.0.1:1/' : await registry(t, answer),
      );
      assert.match(result.output, says);
      assert.equal(result.code, code, result.output);
    });
  }
});

/** Answers with the advisories of those packages that it is asked for. */
function advisories(known: Record<string, unknown[]>): RequestListener {
  return (request, response) => {
    if (request.url !== '/-/npm/v1/security/advisories/bulk')
      return response.writeHead(404).end('{}');
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(known));
  };
}

async function registry(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function audit(
  t: TestContext,
  npm_config_registry: string,
): Promise<{ code: number; output: string }> {
  const npm = {
    npm_config_registry,
    npm_config_cache: await emptyFolder(t),
    npm_config_offline: 'true',
  };
  const env = { ...process.env, ...npm };
  return new Promise((resolve) => {
    execFile(process.execPath, ['.ci/audit.ts'], { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}
