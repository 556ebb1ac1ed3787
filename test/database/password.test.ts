import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { suite, test } from 'node:test';
import { emptyFolder } from '../commands/processes.ts';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { exitStatus } from '../setup/exit-status.ts';

suite('a password that the URL leaves out', { concurrency: 2 }, () => {
  test('in PGPASSWORD → it is used', async (t) => {
    const url = new URL((await freshDatabase(t)).url);
    const { password } = url;
    url.password = '';
    const command = postmand(t, ['migrate', 'status'], {
      env: { POSTMAND_DATABASE_URL: url.href, PGPASSWORD: password },
    });
    assert.equal(await exitStatus(command), 0, command.output.stderr);
  });

  test('in the file of PGPASSFILE → it is used', async (t) => {
    const url = new URL((await freshDatabase(t)).url);
    const file = path.join(await emptyFolder(t), 'passwords');
    await writeFile(file, `${url.hostname}:${url.port}:*:${url.username}:${url.password}\n`, {
      mode: 0o600,
    });
    url.password = '';
    const command = postmand(t, ['migrate', 'status'], {
      env: { POSTMAND_DATABASE_URL: url.href, PGPASSFILE: file },
    });
    assert.equal(await exitStatus(command), 0, command.output.stderr);
  });
});
