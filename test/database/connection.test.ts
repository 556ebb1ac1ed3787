import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { connectionTo } from '../setup/connection.ts';
import { wholeFile } from '../setup/whole-file.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'postmand-connection-'));
wholeFile.after(() => rm(folder, { recursive: true }));
const CA = path.join(folder, 'c a.pem');
await writeFile(CA, 'an authority');
const KEY = path.join(folder, 'key.pem');
await writeFile(KEY, 'a key');

suite('a URL that needs no question to the server → no server is asked', () => {
  const checked = { ca: 'an authority' };
  const anyName = { ...checked, checkServerIdentity: true };
  const CASES: [url: string, caFile: string | undefined, ssl: false | object][] = [
    ['postgres://u:p@h/d?sslmode=disable', undefined, false],
    ['postgres://u:p@h/d?sslmode=disable', CA, false],
    ['postgres://u:p@h/d?ssl=false', undefined, false],
    ['postgres:///d?host=/run/postgresql', undefined, false],
    ['postgres://u@h/d?host=%2Frun', undefined, false],
    ['postgres://u:p@/d?host=/run&sslmode=require', CA, false],
    ['postgres://u:p@%2Frun/d', undefined, false],
    ['postgres://h/d?sslmode=require', undefined, { rejectUnauthorized: false }],
    ['postgres://h/d?sslmode=verify-full', undefined, {}],
    ['postgres://h/d?ssl=true', undefined, {}],
    ['postgres://h/d?sslmode=require', CA, anyName],
    ['postgres://h/d?sslmode=verify-ca', CA, anyName],
    ['postgres://h/d?sslmode=verify-full', CA, checked],
    ['postgres://h/d?sslmode=prefer', CA, checked],
    ['postgres://h/d', CA, checked],
    [`postgres://h/d?sslrootcert=${CA}`, undefined, checked],
    [`postgres://h/d?sslmode=require&sslrootcert=${encodeURIComponent(CA)}`, undefined, anyName],
    [
      `postgres://h/d?sslmode=verify-full&hostaddr=10.0.0.1&sslcert=${KEY}&sslkey=${KEY}&sslpassword=s&ssl_min_protocol_version=TLSv1.3`,
      undefined,
      { cert: 'a key', key: 'a key', passphrase: 's', servername: 'h', minVersion: 'TLSv1.3' },
    ],
  ];
  for (const [url, caFile, expected] of CASES) {
    test(`${url.replaceAll(folder, '')}${caFile === undefined ? '' : ' with a CA file'} → ${JSON.stringify(expected)}`, async () => {
      const { ssl } = await connectionTo(url, caFile);
      // A function that checks no name cannot be compared.
      const seen =
        ssl && ssl.checkServerIdentity
          ? { ...ssl, checkServerIdentity: ssl.checkServerIdentity() === undefined }
          : ssl;
      assert.deepEqual(seen, expected);
    });
  }
});

test('a URL with all its parts → the driver gets each part, and nothing that it would have to parse again', async () => {
  assert.deepEqual(
    await connectionTo(
      'postgres://u%23:p%25@h:1/d%2F?sslmode=disable&application_name=mine&options=-c%20a%3Db&channel_binding=prefer',
    ),
    {
      ...{
        host: 'h',
        port: 1,
        user: 'u#',
        password: 'p%',
        database: 'd/',
        options: '-c a=b',
        application_name: 'mine',
      },
      ...{ sslnegotiation: 'postgres', enableChannelBinding: true, ssl: false },
    },
  );
});
