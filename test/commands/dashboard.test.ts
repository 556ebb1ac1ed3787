import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { freePort } from '../setup/free-port.ts';
import { until } from '../setup/until.ts';
import { emptyFolder, ending } from './processes.ts';

const KEY = 'a-key-for-the-dashboard';
const ADVICE = /^postmand: One setting is not usable:\n {2}POSTMAND_UI needs POSTMAND_API_KEYS: /;

suite('where the dashboard is served', { concurrency: 3 }, () => {
  test('server with POSTMAND_UI and without keys → exit 2, saying what is missing, and nothing else', async (t) => {
    const { url } = await freshDatabase(t);
    const env = { POSTMAND_DATABASE_URL: url, POSTMAND_UI: 'true' };
    const command = postmand(t, ['server'], { env });
    assert.deepEqual(await ending(command), { code: 2, signal: null });
    assert.match(command.output.stderr, ADVICE);
    assert.equal(command.output.stdout, '');
  });

  test('start for every network, with POSTMAND_UI and without keys → the same', async (t) => {
    const { url } = await freshDatabase(t);
    const env = {
      ...{ POSTMAND_DATABASE_URL: url, POSTMAND_UI: 'true', POSTMAND_HTTP_HOST: '0.0.0.0' },
    };
    const command = postmand(t, ['start'], { env, cwd: await emptyFolder(t) });
    assert.deepEqual(await ending(command), { code: 2, signal: null });
    assert.match(command.output.stderr, ADVICE);
  });

  for (const [what, more, status] of [
    ['with it and keys', { POSTMAND_UI: 'true', POSTMAND_API_KEYS: KEY }, 200],
    ['with keys alone', { POSTMAND_API_KEYS: KEY }, 401],
  ] as const)
    test(`server ${what} → /ui/ is answered with ${status}, and nothing stands in its stderr`, async (t) => {
      const { url } = await freshDatabase(t);
      const port = await freePort();
      const env = { POSTMAND_DATABASE_URL: url, POSTMAND_HTTP_PORT: String(port), ...more };
      const command = postmand(t, ['server'], { env });
      await until('the server', () => command.output.stdout.includes('server.started'));
      assert.equal((await fetch(`http://127.0.0.1:${port}/ui/`)).status, status);
      assert.equal(command.output.stderr, '');
      assert.deepEqual(await command.end('SIGTERM'), { code: 0, signal: null });
    });
});
