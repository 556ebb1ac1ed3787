import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';
import { ApiClient } from '../../src/client/api.ts';
import { ApiProblem, Unreachable } from '../../src/client/problem.ts';
import { apiFromEnvironment, toldToPerson, unlessForeign } from '../../src/commands/api/api.ts';
import { ConfigError } from '../../src/config.ts';
import { CommandError } from '../../src/process/command-error.ts';
import { freshDatabase } from '../setup/database.ts';
import { startReceiver } from '../setup/receiver.ts';
import { startApi } from '../setup/service.ts';
import { asking } from './asking.ts';

suite('the API of a command', () => {
  const ADDRESSES: [variables: Record<string, string>, url: string, key?: string][] = [
    [{}, 'http://localhost:8000'],
    [{ POSTMAND_API_URL: '', POSTMAND_API_KEY: '' }, 'http://localhost:8000'],
    [{ POSTMAND_API_URL: 'https://hooks.example.com/' }, 'https://hooks.example.com'],
    [{ POSTMAND_API_URL: 'http://[::1]:8000/postmand' }, 'http://[::1]:8000/postmand'],
    [{ POSTMAND_API_KEY: 'k-0123456789abcdef' }, 'http://localhost:8000', 'k-0123456789abcdef'],
    // What a server or a worker could not use stops no client.
    [{ POSTMAND_DATABASE_URL: 'nonsense', POSTMAND_HTTP_PORT: 'x' }, 'http://localhost:8000'],
  ];
  for (const [variables, url, key] of ADDRESSES)
    test(`${JSON.stringify(variables)} → ${url}`, () => {
      const api = apiFromEnvironment(variables);
      assert.deepEqual([api.url, api.key], [url, key]);
    });

  const FAULTS: [variables: Record<string, string>, fault: RegExp][] = [
    [{ POSTMAND_API_URL: 'localhost:8000' }, /^POSTMAND_API_URL must be a URL such as .* "local/],
    [{ POSTMAND_API_URL: 'ftp://localhost' }, /^POSTMAND_API_URL must be a URL such as/],
    [{ POSTMAND_API_URL: 'http://a/v1' }, /^POSTMAND_API_URL must end before \/v1/],
    [{ POSTMAND_API_URL: 'http://a/?b' }, /^POSTMAND_API_URL must have nothing behind its path/],
    [{ POSTMAND_API_URL: 'http://u:geheim@a' }, /^POSTMAND_API_URL must have no user/],
    [{ POSTMAND_API_URL: 'http://u:geheim@a:99999' }, /^POSTMAND_API_URL must have no user/],
    [{ POSTMAND_API_URL: 'u:geheim@a' }, /^POSTMAND_API_URL must have no user/],
    [{ POSTMAND_API_KEY: 'geheim mit Leerzeichen' }, /^POSTMAND_API_KEY must be printable ASCII/],
    [{ POSTMAND_API_KEY: 'geheim\r\nHost: b' }, /^POSTMAND_API_KEY must be printable ASCII/],
  ];
  for (const [variables, fault] of FAULTS)
    test(`${JSON.stringify(variables)} → a fault that names it, and repeats no secret`, () =>
      assert.throws(
        () => apiFromEnvironment(variables),
        (error) =>
          error instanceof ConfigError &&
          error.faults.length === 1 &&
          fault.test(error.faults[0] ?? '') &&
          !error.message.includes('geheim'),
      ));

  const url = 'http://localhost:8000';
  const problem = (status: number, code: number, message: string) =>
    ApiProblem.of(status, { code, message });
  const TOLD: [when: string, error: unknown, key: string | undefined, message: RegExp][] = [
    [
      'no key',
      problem(401, 13, 'unauthorized'),
      undefined,
      /asks for a key\. Set POSTMAND_API_KEY/,
    ],
    [
      'a wrong key',
      problem(401, 13, 'unauthorized'),
      'k',
      /does not know the key in POSTMAND_API_/,
    ],
    ['another name', problem(421, 17, 'misdirected request'), 'k', /POSTMAND_HTTP_ALLOWED_HOSTS/],
    [
      'no answer',
      new Unreachable(url, new Error('refused')),
      'k',
      /Does the server run\? POSTMAND_/,
    ],
    ['not Postmand', ApiProblem.of(404, '<html>'), 'k', /status 404.* Is POSTMAND_API_URL/],
    ['a refusal', problem(404, 5, 'webhook not found'), 'k', /refused: webhook not found\.$/],
    [
      'words that would control the terminal',
      problem(400, 4, '\u001b]0;title\u0007\nred'),
      'k',
      /refused: \\u001b\]0;title\\u0007\\u000ared\.$/,
    ],
  ];
  for (const [when, error, key, message] of TOLD)
    test(`${when} → words for the person at the terminal`, () => {
      const told = toldToPerson(error, { url, key });
      assert.ok(told instanceof CommandError);
      assert.match(told.message, message);
    });

  test('the server says what would control a terminal → it is shown, and does nothing', async (t) => {
    const { url } = await startReceiver(t, (_request, response) =>
      response
        .writeHead(400)
        .end(JSON.stringify({ code: 4, message: '\u001b]0;mine\u0007\u009b2J' })),
    );
    const { code, stderr } = await asking(t, { url })('webhooks');
    assert.equal(code, 1);
    assert.equal(stderr, `postmand: ${url} refused: ${String.raw`\u001b]0;mine\u0007\u009b2J`}.\n`);
  });

  test('another program answers with JSON → said in words, whatever is asked', async (t) => {
    const other = await startReceiver(t, (_request, response) => response.end('{"a":"b"}'));
    for (const command of [['attention'], ['deliveries', 'show', randomUUID()], ['tail']]) {
      const { code, stderr } = await asking(t, other)(...command);
      assert.equal(code, 1);
      assert.match(stderr, /: the answer \(status 200\) is not one of Postmand\. Is POSTMAND_API_/);
    }
  });

  test('a fault of ours → it stays as it is', async (t) => {
    const api = await startApi(t, await freshDatabase(t));
    const error = new TypeError('x is undefined');
    assert.equal(await unlessForeign(new ApiClient(api), error), error);
    assert.equal(toldToPerson(error, { url }), error);
  });
});
