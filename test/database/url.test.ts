import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { describeTarget } from '../../src/database/connection.ts';
import { DatabaseUrlError } from '../../src/database/url-error.ts';
import { parseDatabaseUrl, type DatabaseUrl } from '../../src/database/url.ts';

const WHOLE = { host: 'h', port: 6432, user: 'u', password: 'p', database: 'd' };

suite('a database URL', () => {
  const READ: [url: string, read: Partial<DatabaseUrl>][] = [
    [
      'postgres://u:p@h:6432/d',
      { ...WHOLE, sslmode: undefined, sslnegotiation: 'postgres', ignored: [] },
    ],
    ['postgresql://u:p@h:6432/d', WHOLE],
    ['  postgres://u:p@h:6432/d?sslmode=disable \r\n', { ...WHOLE, sslmode: 'disable' }],
    ['postgres://u:p@h:6432/d\n', WHOLE],
    // What is left out.
    [
      'postgres://h',
      { host: 'h', port: undefined, user: undefined, password: undefined, database: undefined },
    ],
    ['postgres://', { host: undefined, database: undefined }],
    ['postgres://@h/d', { host: 'h', user: undefined, password: undefined }],
    ['postgres://:p@h/d', { user: undefined, password: 'p' }],
    ['postgres://u:@h/d', { user: 'u', password: undefined }],
    ['postgres://h:/d', { host: 'h', port: undefined }],
    // Characters.
    [
      'postgres://u%40x:p%23%25%2F%3F%3A%40@h/a%23b%2Fc%20d',
      { user: 'u@x', password: 'p#%/?:@', database: 'a#b/c d' },
    ],
    ['postgres://u:p@ss:w@h/d', { host: 'h', user: 'u', password: 'p@ss:w' }],
    ['postgres://u:p w+ö,@h/d e', { password: 'p w+ö,', database: 'd e' }],
    // Hosts.
    ['postgres://[::1]:6432/d', { host: '::1', port: 6432 }],
    ['postgres://u:p@[2001:db8::1]/d', { host: '2001:db8::1', port: undefined }],
    ['postgres://[fe80::1%25eth0]/d', { host: 'fe80::1%eth0' }],
    [
      'postgres://u:p@/d?host=/run/postgresql',
      { host: '/run/postgresql', user: 'u', database: 'd' },
    ],
    ['postgres://u@%2Fvar%2Frun%2Fpostgresql:6432/d', { host: '/var/run/postgresql', port: 6432 }],
    ['postgres:///d?host=%2Frun&port=6432', { host: '/run', port: 6432 }],
    ['postgres://wrong:1/x?host=h&port=6432&user=u&password=p&dbname=d', WHOLE],
    [
      'postgres://h:5432/d?user=u@server',
      { host: 'h', port: 5432, database: 'd', user: 'u@server' },
    ],
    ['postgres://db.example/d?hostaddr=10.0.0.1', { host: '10.0.0.1', servername: 'db.example' }],
    ['postgres://[::1]/d?hostaddr=10.0.0.1', { host: '10.0.0.1', servername: undefined }],
    // Parameters.
    [
      'postgres://h/d?options=-c%20search_path%3Dx&application_name=a+b',
      { options: '-c search_path=x', application_name: 'a+b' },
    ],
    ['postgres://u@h/d?password=a+b%2B%20c%3D=%26', { password: 'a+b+ c==&' }],
    ['postgres://h/d?&sslmode=disable&', { sslmode: 'disable', ignored: [] }],
    ['postgres://h/d?ssl=true', { sslmode: 'verify-full' }],
    ['postgres://h/d?ssl=0', { sslmode: 'disable' }],
    ['postgres://h/d?ssl=true&sslmode=require', { sslmode: 'require' }],
    ['postgres://h/d?sslmode=', { sslmode: undefined }],
    ['postgres://h/d?sslmode=require&uselibpqcompat=true', { sslmode: 'require', ignored: [] }],
    [
      'postgres://h/d?sslmode=require&channel_binding=require',
      { channelBinding: true, ignored: [] },
    ],
    ['postgres://h/d?channel_binding=disable', { channelBinding: false, ignored: [] }],
    ['postgres://h/d?sslmode=require&sslnegotiation=direct', { sslnegotiation: 'direct' }],
    ['postgres://h/d?sslrootcert=/ca.pem', { sslrootcert: '/ca.pem', sslmode: undefined }],
    ['postgres://h/d?sslrootcert=system', { sslrootcert: undefined, sslmode: 'verify-full' }],
    [
      'postgres://h/d?sslcert=/c&sslkey=/k&sslpassword=s',
      { sslcert: '/c', sslkey: '/k', sslpassword: 's' },
    ],
    ['postgres://h/d?ssl_min_protocol_version=TLSv1.3', { tlsMinVersion: 'TLSv1.3' }],
    ['postgres://h/d?target_session_attrs=read-write&gssencmode=prefer', { ignored: [] }],
    ['postgres://h/d?target_session_attrs=primary', { ignored: [] }],
    [
      'postgres://h/d?connect_timeout=9&keepalives=1&schema=x',
      { ignored: ['connect_timeout', 'keepalives', 'schema'] },
    ],
    [
      'postgres://h/d?statement_timeout=1&query_timeout=1',
      { ignored: ['statement_timeout', 'query_timeout'] },
    ],
  ];
  for (const [url, read] of READ) {
    test(`${JSON.stringify(url)} → ${JSON.stringify(read)}`, () => {
      const parsed = parseDatabaseUrl(url);
      assert.deepEqual({ ...parsed, ...read }, parsed);
    });
  }

  test('a CA file beside it → counts before sslrootcert, and is enough for verify-ca', () => {
    assert.equal(
      parseDatabaseUrl('postgres://h/d?sslrootcert=/url.pem', '/setting.pem').sslrootcert,
      '/setting.pem',
    );
    assert.equal(
      parseDatabaseUrl('postgres://h/d?sslmode=verify-ca', '/setting.pem').sslmode,
      'verify-ca',
    );
  });
});

suite('a database URL that cannot be used', () => {
  const SHAPE = /^must be a URL like postgres:\/\/.* \/ as %2F/;
  const SEVERAL = /^names several hosts, and only one is supported: use one name/;
  const REFUSED: [url: string, message: RegExp][] = [
    ['host=h user=u password=hunter2', /^must be a URL that starts with postgres:/],
    ['mysql://u:hunter2@h/d', /^must be a URL that starts with/],
    ['"postgres://u:hunter2@h/d"', /^must be a URL that starts with/],
    // Several hosts.
    ['postgres://u:hunter2@h1,h2/d', SEVERAL],
    ['postgres://u:hunter2@h1:5432,h2:5433/d?target_session_attrs=read-write', SEVERAL],
    ['postgres://h1:5432,h2:5433/d', SEVERAL],
    ['postgres://u:hunter2@[::1]:5432,[::2]:5432/d', SEVERAL],
    ['postgres://u:hunter2@h,/d', SEVERAL],
    ['postgres:///d?host=h1,h2', SEVERAL],
    ['postgres://h/d?port=5432,5433', SEVERAL],
    ['postgres://h/d?hostaddr=10.0.0.1,10.0.0.2', SEVERAL],
    // Characters that cut a password short, so that another host would be meant.
    ['postgres://u:hunter2/x@h/d', SHAPE],
    ['postgres://u:12/hunter2@h/d', SHAPE],
    ['postgres://u:12?hunter2@h/d', SHAPE],
    ['postgres://u:1/2?hunter2@h/d', SHAPE],
    ['postgres://u:12#hunter2@h/d', SHAPE],
    ['postgres://u:hunter2@h/d#x', SHAPE],
    ['postgres://u:hunter2%@h/d', SHAPE],
    ['postgres://u:hunter2%zz@h/d', SHAPE],
    ['postgres://h/d?options=%', SHAPE],
    ['postgres://u:hun\nter2@h/d', SHAPE],
    // Hosts and ports.
    ['postgres://u:hunter2@h:port/d', /^has a port that is not a number/],
    ['postgres://u:hunter2@h:0/d', /^has a port/],
    ['postgres://u:hunter2@h:65536/d', /^has a port/],
    ['postgres://u:hunter2@::1/d', /^has a port/],
    ['postgres://u:hunter2@[::1/d', SHAPE],
    ['postgres://u:hunter2@[h]/d', SHAPE],
    ['postgres://h/d?hostaddr=h2', /^has a hostaddr that is not an IP address$/],
    // What is not done.
    ['postgres://h/d?sslmode=on', /^has sslmode=on, which must be one of disable, /],
    ['postgres://h/d?ssl=maybe', /^has ssl=maybe, which must be one of true, /],
    [
      'postgres://h/d?sslmode=verify-ca',
      /^has sslmode=verify-ca, which needs a CA file: set POSTMAND_DATABASE_CA_FILE$/,
    ],
    [
      'postgres://h/d?sslmode=require&sslrootcert=system',
      /^has sslrootcert=system, which needs sslmode=verify-full$/,
    ],
    [
      'postgres://h/d?sslnegotiation=direct',
      /^has sslnegotiation=direct, which needs sslmode=require/,
    ],
    ['postgres://h/d?sslcert=/c', /^must have both of sslcert and sslkey/],
    [
      'postgres://h/d?ssl_min_protocol_version=2',
      /^has ssl_min_protocol_version=2, which must be one of TLSv1, /,
    ],
    [
      'postgres://h/d?channel_binding=yes',
      /^has channel_binding=yes, which must be one of disable, /,
    ],
    [
      'postgres://h/d?target_session_attrs=standby',
      /^asks with target_session_attrs for a server that is read-only/,
    ],
    [
      'postgres://h/d?gssencmode=require',
      /^has gssencmode=require, which is not supported: use TLS/,
    ],
    [
      'postgres://h/d?passfile=/p',
      /^has passfile, which is not supported: name the password file in PGPASSFILE instead$/,
    ],
    [
      'postgres://h/d?search_path=x',
      /^has search_path, which is not supported: write options=-c%20search_path%3D… instead$/,
    ],
    ...['service', 'sslcrl', 'sslcrldir', 'requirepeer', 'require_auth', 'replication'].map(
      (name): [string, RegExp] => [
        `postgres://h/d?${name}=x`,
        new RegExp(`^has ${name}, which is not supported: `),
      ],
    ),
  ];
  for (const [url, message] of REFUSED) {
    test(`${JSON.stringify(url.replace('hunter2', '…'))} → ${message.source}, without the password`, () =>
      assert.throws(
        () => parseDatabaseUrl(url),
        (error: Error) => {
          assert.ok(error instanceof DatabaseUrlError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /hunter2|ter2/);
          return true;
        },
      ));
  }
});

suite('the target of a URL, for messages', () => {
  for (const [url, target] of [
    [
      'postgres://user:hunter2@db.example:6432/postmand?sslmode=require',
      'db.example:6432/postmand',
    ],
    ['postgres://user:hunter2@db.example/postmand', 'db.example:5432/postmand'],
    ['postgres://user:hunter2@/postmand?host=/run/postgresql', '/run/postgresql:5432/postmand'],
    ['postgresql://db/with%20space', 'db:5432/with space'],
  ] as const) {
    test(`${url} → ${target}, without user and password`, () =>
      assert.equal(describeTarget(parseDatabaseUrl(url)), target));
  }
});
