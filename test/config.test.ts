import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { parseEnv } from 'node:util';
import { ConfigError, readConfig, type Config } from '../src/config.ts';
import { parseDatabaseUrl } from '../src/database/url.ts';
import { postmand } from './setup/command.ts';
import { exitStatus } from './setup/exit-status.ts';
import { MIGRATIONS } from './setup/parts.ts';

const KEY = 'a-key-of-16-char';
const URL_OF_DATABASE = 'postgres://user:secret@db.example:5432/postmand';

type Reading = (config: Config) => unknown;

const READINGS: [
  variable: string,
  value: string,
  reading: Reading,
  read: unknown,
  byDefault: unknown,
][] = [
  [
    'POSTMAND_DATABASE_URL',
    URL_OF_DATABASE,
    ({ database }) => database.url,
    parseDatabaseUrl(URL_OF_DATABASE),
    undefined,
  ],
  [
    'DATABASE_URL',
    URL_OF_DATABASE,
    ({ database }) => database.url,
    parseDatabaseUrl(URL_OF_DATABASE),
    undefined,
  ],
  [
    'POSTMAND_DATABASE_MIGRATION_DIR',
    'migrations',
    ({ database }) => database.migrationsDir,
    'migrations',
    MIGRATIONS,
  ],
  ['POSTMAND_DATABASE_MAX_OPEN_CONNS', '2', ({ database }) => database.maxConnections, 2, 10],
  ['POSTMAND_DATABASE_WAIT', '3600', ({ database }) => database.waitMs, 3_600_000, 30_000],
  ['POSTMAND_DATA_DIR', '/somewhere', ({ dataDir }) => dataDir, '/somewhere', undefined],
  ['POSTMAND_HTTP_PORT', '65535', ({ http }) => http.port, 65_535, 8000],
  ['PORT', '5000', ({ http }) => http.port, 5000, 8000],
  ['POSTMAND_HTTP_HOST', '::1', ({ http }) => http.host, '::1', undefined],
  [
    'POSTMAND_HTTP_ALLOWED_HOSTS',
    'a_b.internal, .Example.com,*',
    ({ http }) => http.allowedHosts,
    ['a_b.internal', '.Example.com', '*'],
    undefined,
  ],
  [
    'POSTMAND_REQUEST_BODY_LIMIT',
    '1024',
    ({ http }) => http.requestBodyLimitBytes,
    1024,
    1_048_576,
  ],
  [
    'POSTMAND_BATCH_BODY_LIMIT',
    '67108864',
    ({ http }) => http.batchBodyLimitBytes,
    67_108_864,
    16_777_216,
  ],
  [
    'POSTMAND_IDEMPOTENCY_WINDOW',
    '2592000',
    ({ http }) => http.idempotencyWindowSeconds,
    2_592_000,
    86_400,
  ],
  [
    'POSTMAND_SERVER_BYTES_IN_FLIGHT',
    '1048576',
    ({ http }) => http.bytesInFlight,
    1_048_576,
    67_108_864,
  ],
  ['POSTMAND_UI', 'true', ({ http }) => http.ui, true, undefined],
  ['POSTMAND_API_KEYS', KEY, ({ http }) => http.apiKeyDigests, [digestOf(KEY)], []],
  [
    'POSTMAND_ENCRYPTION_KEYS',
    `2026:${Buffer.alloc(32, 7).toString('base64')}`,
    ({ encryptionKeys }) => encryptionKeys.map(({ id }) => id),
    ['2026'],
    [],
  ],
  ['POSTMAND_OPEN_EVENT_TYPES', 'true', ({ openEventTypes }) => openEventTypes, true, false],
  ['POSTMAND_VALIDATE_RESPONSES', 'true', ({ http }) => http.validateResponses, true, false],
  ['POSTMAND_HEALTH_CHECK_HTTP_PORT', '0', ({ healthPort }) => healthPort, 0, 8001],
  [
    'POSTMAND_HEALTH_CHECK_HTTP_HOST',
    'localhost',
    ({ healthHost }) => healthHost,
    'localhost',
    undefined,
  ],
  ['POSTMAND_WORKER_CONCURRENCY', '10000', ({ worker }) => worker.concurrency, 10_000, 100],
  ['POSTMAND_WEBHOOK_CONCURRENCY', '1', ({ worker }) => worker.webhookConcurrency, 1, 20],
  ['POSTMAND_LIVE_JOBS', '10', ({ liveJobs }) => liveJobs, 10, 1000],
  ['POSTMAND_OUTBOX_POLL', '60000', ({ outboxPollMs }) => outboxPollMs, 60_000, 100],
  [
    'POSTMAND_WORKER_BYTES_IN_FLIGHT',
    '17179869184',
    ({ worker }) => worker.bytesInFlight,
    17_179_869_184,
    67_108_864,
  ],
  ['POSTMAND_POLLING_INTERVAL', '010', ({ worker }) => worker.pollingIntervalMs, 10, 1000],
  ['POSTMAND_RETRY_AFTER_MAX', '60', ({ worker }) => worker.retryAfterMaxSeconds, 60, 3600],
  ['POSTMAND_EVENT_SOURCE', 'urn:x', ({ eventSource }) => eventSource, 'urn:x', '/postmand'],
  [
    'POSTMAND_ALERT_WEBHOOK_ID',
    '3A6F1C52-8d0e-4b7a-9c41-5e2f7d8b6a10',
    ({ alerts }) => alerts.webhookId,
    '3a6f1c52-8d0e-4b7a-9c41-5e2f7d8b6a10',
    undefined,
  ],
  ['POSTMAND_ALERT_QUEUE_BEHIND', '5', ({ alerts }) => alerts.queueBehindSeconds, 5, 60],
  ['POSTMAND_RETENTION_SUCCEEDED', '1', ({ retention }) => retention.succeededDays, 1, undefined],
  ['POSTMAND_RETENTION_FAILED', '30', ({ retention }) => retention.failedDays, 30, undefined],
  ['POSTMAND_RETENTION_ATTEMPTS', '7', ({ retention }) => retention.attemptsDays, 7, undefined],
  [
    'POSTMAND_RETENTION_PAYLOADS',
    '3650',
    ({ retention }) => retention.payloadsDays,
    3650,
    undefined,
  ],
  ['POSTMAND_RESPONSE_BODY_LIMIT', '0', ({ worker }) => worker.responseBodyLimitBytes, 0, 65_536],
  [
    'POSTMAND_OUTBOUND_POLICY',
    'public',
    ({ outbound }) => outbound.rules.policy,
    'public',
    'internal',
  ],
  [
    'POSTMAND_OUTBOUND_ALLOW',
    '10.0.0.0/8, ::1',
    ({ outbound }) => outbound.rules.allow,
    ['10.0.0.0/8', '::1'],
    [],
  ],
  [
    'POSTMAND_OUTBOUND_DENY',
    '10.1.2.3,2001:db8::/32,',
    ({ outbound }) => outbound.rules.deny,
    ['10.1.2.3', '2001:db8::/32'],
    [],
  ],
  [
    'POSTMAND_OUTBOUND_PROXY',
    'http://u:p@proxy:3128',
    ({ outbound }) => outbound.proxy?.url,
    'http://u:p@proxy:3128',
    undefined,
  ],
  ['POSTMAND_SHUTDOWN_GRACE_PERIOD', '3', ({ gracePeriodMs }) => gracePeriodMs, 3000, 25_000],
  ['POSTMAND_LOG_LEVEL', 'debug', ({ logLevel }) => logLevel, 'debug', 'info'],
];

suite('a setting', () => {
  for (const [variable, value, reading, read, byDefault] of READINGS) {
    test(`${variable}=${path.basename(value)} → read; unset or empty → the default`, () => {
      assert.deepEqual(reading(readConfig({ [variable]: value })), read);
      assert.deepEqual(reading(readConfig({})), byDefault);
      assert.deepEqual(reading(readConfig({ [variable]: '' })), byDefault);
    });
  }

  test('UV_THREADPOOL_SIZE, which is of Node.js → as many look-ups at a time; 64 without it', () => {
    assert.equal(readConfig({ UV_THREADPOOL_SIZE: '8' }).outbound.lookupThreads, 8);
    assert.equal(readConfig({}).outbound.lookupThreads, 64);
    assert.match(faultsOf({ UV_THREADPOOL_SIZE: '0' })[0] ?? '', /^UV_THREADPOOL_SIZE /);
  });

  test('variables of OpenTelemetry → traces are asked for where one says where they go', () => {
    const tracing = (variables: Record<string, string>) => readConfig(variables).tracing;
    assert.equal(tracing({}), 'off');
    assert.equal(tracing({ OTEL_SERVICE_NAME: 'shop' }), 'off');
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
    for (const asking of [
      endpoint,
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' },
      { OTEL_TRACES_EXPORTER: 'otlp' },
      { ...endpoint, OTEL_SDK_DISABLED: 'false' },
    ])
      assert.equal(tracing(asking), 'asked');
    assert.equal(tracing({ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }), 'off');
    assert.equal(tracing({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }), 'off');
  });

  test('POSTMAND_OUTBOUND_NO_PROXY → the hosts that the proxy is not asked for; of no interest without a proxy', () => {
    const variables = { POSTMAND_OUTBOUND_NO_PROXY: ' .internal, 10.0.0.1-10.0.0.9 ' };
    assert.equal(
      readConfig({ ...variables, POSTMAND_OUTBOUND_PROXY: 'https://proxy' }).outbound.proxy?.except,
      '.internal,10.0.0.1-10.0.0.9',
    );
    assert.equal(readConfig(variables).outbound.proxy, undefined);
  });

  test('the name that wins → POSTMAND_HTTP_PORT over PORT, POSTMAND_DATABASE_URL over DATABASE_URL', () => {
    const other = 'postgres://other/other';
    const config = readConfig({
      POSTMAND_HTTP_PORT: '1',
      PORT: '2',
      POSTMAND_DATABASE_URL: URL_OF_DATABASE,
      DATABASE_URL: other,
    });
    assert.deepEqual(
      [config.http.port, config.database.url],
      [1, parseDatabaseUrl(URL_OF_DATABASE)],
    );
    const fallback = readConfig({
      POSTMAND_HTTP_PORT: '',
      PORT: '2',
      POSTMAND_DATABASE_URL: '',
      DATABASE_URL: other,
    });
    assert.deepEqual([fallback.http.port, fallback.database.url], [2, parseDatabaseUrl(other)]);
  });

  test('a migration folder written as the reference had it, file://migrations → the folder', () => {
    for (const value of [`file://${MIGRATIONS}`, MIGRATIONS]) {
      assert.equal(
        readConfig({ POSTMAND_DATABASE_MIGRATION_DIR: value }).database.migrationsDir,
        MIGRATIONS,
      );
    }
  });

  test('a setting that nobody knows → of no interest', () =>
    assert.deepEqual(readConfig({ POSTMAND_COLOUR: 'blue', HOME: '/' }), readConfig({})));

  test('what was read → cannot be changed', () => {
    const config = readConfig({});
    for (const part of [config, config.database, config.http, config.worker])
      assert.ok(Object.isFrozen(part));
  });
});

const FAULTS: [variable: string, values: string[]][] = [
  ['POSTMAND_DATABASE_CA_FILE', ['/not/there.pem']],
  ['POSTMAND_DATABASE_MIGRATION_DIR', ['/not/there', 'file:///not/there', import.meta.dirname]],
  [
    'POSTMAND_DATABASE_MAX_OPEN_CONNS',
    ['0', '1', '1001', '-1', 'ten', '2.5', '1e2', '0x10', ' 5', '5 ', '5s', '99999999999999999999'],
  ],
  ['POSTMAND_DATABASE_WAIT', ['-1', '3601', '30s', '0.5']],
  ['POSTMAND_HTTP_PORT', ['65536', '-1', 'http', '80.0']],
  ['PORT', ['65536', 'http']],
  ['POSTMAND_HEALTH_CHECK_HTTP_PORT', ['65536', 'x']],
  [
    'POSTMAND_HTTP_HOST',
    ['postmand', '[::1]', '127.0.0.1:8000', '10.0.0.0/8', '*', ' ::1', 'http://127.0.0.1'],
  ],
  ['POSTMAND_HEALTH_CHECK_HTTP_HOST', ['256.0.0.1', 'Localhost']],
  [
    'POSTMAND_HTTP_ALLOWED_HOSTS',
    ['http://a', 'a:8000', '[::1]', '*.example.com', 'a..b', '.', 'a b', 'a/b', 'a@b', 'é'],
  ],
  ['POSTMAND_REQUEST_BODY_LIMIT', ['1023', '1mb', '67108865']],
  ['POSTMAND_BATCH_BODY_LIMIT', ['1023', '16m', '67108865']],
  ['POSTMAND_IDEMPOTENCY_WINDOW', ['3599', '1d', '2592001']],
  ['POSTMAND_SERVER_BYTES_IN_FLIGHT', ['0', '1048575', '64m', '1099511627777']],
  ['POSTMAND_VALIDATE_RESPONSES', ['yes', '1', 'TRUE']],
  ['POSTMAND_WORKER_CONCURRENCY', ['0', '10001']],
  ['POSTMAND_WEBHOOK_CONCURRENCY', ['0', '10001']],
  ['POSTMAND_LIVE_JOBS', ['9', '1000001', '10.5']],
  ['POSTMAND_OUTBOX_POLL', ['9', '60001', '0.5']],
  ['POSTMAND_WORKER_BYTES_IN_FLIGHT', ['0', '1048575', '17179869185', '64MiB']],
  ['POSTMAND_POLLING_INTERVAL', ['9', '1s', '3600001']],
  ['POSTMAND_RETRY_AFTER_MAX', ['0', '604801']],
  ['POSTMAND_ALERT_WEBHOOK_ID', ['none', '3a6f1c52', '3a6f1c528d0e4b7a9c415e2f7d8b6a10']],
  ['POSTMAND_ALERT_QUEUE_BEHIND', ['0', '86401', '1m']],
  ['POSTMAND_RETENTION_SUCCEEDED', ['0', '3651', '0.5', '7d', '-1']],
  ['POSTMAND_RETENTION_FAILED', ['0', 'never']],
  ['POSTMAND_RETENTION_ATTEMPTS', ['0', '99999']],
  ['POSTMAND_RETENTION_PAYLOADS', ['0', '1e1']],
  ['POSTMAND_RESPONSE_BODY_LIMIT', ['-1', '16777217']],
  ['POSTMAND_OUTBOUND_POLICY', ['none', 'Public']],
  [
    'POSTMAND_OUTBOUND_ALLOW',
    [
      'localhost',
      '10.0.0.0/33',
      '10.0.0/8',
      '2001:db8::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '::ffff:10.0.0.0/104',
    ],
  ],
  ['POSTMAND_OUTBOUND_DENY', ['*', '::/x', '1.2.3.4:80', '64:ff9b::10.0.0.1']],
  ['POSTMAND_SHUTDOWN_GRACE_PERIOD', ['-1', '3601', '25s']],
  ['POSTMAND_LOG_LEVEL', ['verbose', 'INFO']],
];

suite('a value that cannot be used', () => {
  for (const [variable, values] of FAULTS) {
    test(`${variable} → a fault that starts with the name and tells the value`, () => {
      for (const value of values) {
        const [fault = '', ...more] = faultsOf({ [variable]: value });
        assert.deepEqual(more, [], value);
        assert.ok(fault.startsWith(`${variable} `), `${fault} for ${value}`);
        assert.ok(fault.includes(value.replace('file://', '')), `${fault} for ${value}`);
      }
    });
  }

  test('a very long value → told in part', () => {
    const [fault = ''] = faultsOf({ POSTMAND_LOG_LEVEL: 'x'.repeat(5000) });
    assert.ok(fault.length < 200, fault);
  });

  test('several at once → all are named, each on a line of its own', () => {
    const variables = {
      POSTMAND_LOG_LEVEL: 'loud',
      PORT: 'x',
      POSTMAND_DATABASE_URL: 'mysql://x',
      POSTMAND_WORKER_CONCURRENCY: '0',
    };
    const faults = faultsOf(variables);
    assert.deepEqual(
      new Set(faults.map((fault) => fault.split(' ')[0])),
      new Set(Object.keys(variables)),
    );
    assert.throws(
      () => readConfig(variables),
      (error: Error) => {
        assert.match(error.message, /^4 settings are not usable:\n/);
        for (const fault of faults) assert.ok(error.message.includes(`\n  ${fault}`));
        return true;
      },
    );
  });
});

suite('a database URL', () => {
  const GOOD = [
    'postgres://localhost/postmand',
    'postgresql://user:p%40ss@db.example:6432/postmand?sslmode=require&application_name=x',
    'postgres:///postmand?host=/var/run/postgresql',
    'postgres://user:secret@/postmand?host=/var/run/postgresql',
    ...['disable', 'allow', 'prefer', 'require', 'verify-full'].map(
      (mode) => `postgres://h/d?sslmode=${mode}`,
    ),
  ];
  for (const url of GOOD) {
    test(`${url} → taken as it is`, () =>
      assert.deepEqual(
        readConfig({ POSTMAND_DATABASE_URL: url }).database.url,
        parseDatabaseUrl(url),
      ));
  }

  test('sslmode=verify-ca without a CA file → a fault that says what to set; with one → taken', () => {
    const variables = { POSTMAND_DATABASE_URL: 'postgres://h/d?sslmode=verify-ca' };
    assert.match(
      faultsOf(variables)[0] ?? '',
      /^POSTMAND_DATABASE_URL .*POSTMAND_DATABASE_CA_FILE/,
    );
    assert.equal(
      readConfig({ ...variables, POSTMAND_DATABASE_CA_FILE: import.meta.filename }).database.url
        ?.sslrootcert,
      import.meta.filename,
    );
  });

  test('blanks and line ends around it, as files with secrets have → of no interest', () => {
    const variables = {
      POSTMAND_DATABASE_URL: ` ${URL_OF_DATABASE}?sslmode=disable \r\n`,
      DATABASE_URL: 'mysql://x',
    };
    assert.deepEqual(
      readConfig(variables).database.url,
      parseDatabaseUrl(`${URL_OF_DATABASE}?sslmode=disable`),
    );
    const fallback = { POSTMAND_DATABASE_URL: ' \n', DATABASE_URL: `${URL_OF_DATABASE}\n` };
    assert.deepEqual(readConfig(fallback).database.url, parseDatabaseUrl(URL_OF_DATABASE));
    const withFile = {
      DATABASE_URL: URL_OF_DATABASE,
      POSTMAND_DATABASE_CA_FILE: `${import.meta.filename}\n`,
    };
    assert.equal(readConfig(withFile).database.url?.sslrootcert, import.meta.filename);
  });

  test('several hosts → a fault that says what to use instead', () => {
    const variables = {
      DATABASE_URL: 'postgres://u:hunter2@h1:5432,h2:5432/d?target_session_attrs=read-write',
    };
    assert.match(
      faultsOf(variables)[0] ?? '',
      /^DATABASE_URL names several hosts, and only one is supported: use one name/,
    );
  });

  test('files that it names and that do not exist → a fault for each', () => {
    const url = 'postgres://h/d?sslrootcert=/not/ca&sslcert=/not/cert&sslkey=/not/key';
    const faults = faultsOf({ POSTMAND_DATABASE_URL: url });
    assert.deepEqual(faults, [
      'POSTMAND_DATABASE_URL names with sslrootcert a file that does not exist: "/not/ca"',
      'POSTMAND_DATABASE_URL names with sslcert a file that does not exist: "/not/cert"',
      'POSTMAND_DATABASE_URL names with sslkey a file that does not exist: "/not/key"',
    ]);
  });

  test('a direct URL → read as the other one, with the same CA file; alone → a fault', () => {
    const direct = 'postgres://u:hunter2@direct/d?schema=x';
    const variables = {
      POSTMAND_DATABASE_URL: 'postgres://h/d',
      POSTMAND_DATABASE_DIRECT_URL: direct,
      POSTMAND_DATABASE_CA_FILE: import.meta.filename,
    };
    const { url, directUrl, ignored } = readConfig(variables).database;
    assert.deepEqual([url?.host, directUrl?.host, ignored], ['h', 'direct', ['schema']]);
    assert.equal(directUrl?.sslrootcert, import.meta.filename);
    assert.deepEqual(faultsOf({ POSTMAND_DATABASE_DIRECT_URL: direct }), [
      'POSTMAND_DATABASE_DIRECT_URL is set, but POSTMAND_DATABASE_URL is not: it is a second way to the same database',
    ]);
    const bad = { ...variables, POSTMAND_DATABASE_DIRECT_URL: 'mysql://u:hunter2@h/d' };
    assert.match(faultsOf(bad)[0] ?? '', /^POSTMAND_DATABASE_DIRECT_URL must be a URL/);
  });

  test('what means nothing in it, or beside it → taken, and kept to be told', () => {
    const ignored = (variables: Record<string, string>) => readConfig(variables).database.ignored;
    assert.deepEqual(ignored({ POSTMAND_DATABASE_URL: 'postgres://h/d?schema=x&pgbouncer=true' }), [
      'schema',
      'pgbouncer',
    ]);
    assert.deepEqual(ignored({ POSTMAND_DATABASE_URL: 'postgres://h/d', PGSSLMODE: 'require' }), [
      'PGSSLMODE',
    ]);
    assert.deepEqual(
      ignored({ POSTMAND_DATABASE_URL: 'postgres://h/d?sslmode=require', PGSSLMODE: 'require' }),
      [],
    );
    assert.deepEqual(ignored({ PGSSLMODE: 'require' }), []);
  });

  const BAD = [
    'hunter2',
    'mysql://user:hunter2@db/x',
    'http://user:hunter2@db/x',
    'user:hunter2@db/x',
    'postgres:user:hunter2@db/x',
    'postgres://user:hunter2@db:port/x',
    'postgres://user:hunter2@db:99999/x',
    'postgres://user:hunter2@[::1/x',
    'postgres://user:hunter2%@db/x',
    'postgres://user:hunter2@db/x?sslmode=on',
    'host=db password=hunter2',
  ];
  for (const url of BAD) {
    for (const variable of ['POSTMAND_DATABASE_URL', 'DATABASE_URL']) {
      test(`${variable}=${url.replace('hunter2', '…')} → a fault that names the variable and not the URL`, () => {
        const [fault = ''] = faultsOf({ [variable]: url });
        assert.ok(fault.startsWith(`${variable} `), fault);
        assert.doesNotMatch(fault, /hunter2/);
      });
    }
  }
});

test('POSTMAND_SERVER_BYTES_IN_FLIGHT below POSTMAND_REQUEST_BODY_LIMIT → a fault: the largest request would never fit', () => {
  const variables = {
    POSTMAND_REQUEST_BODY_LIMIT: '5000000',
    POSTMAND_SERVER_BYTES_IN_FLIGHT: '4999999',
  };
  assert.match(
    faultsOf(variables)[0] ?? '',
    /^POSTMAND_SERVER_BYTES_IN_FLIGHT must be a whole number from 5000000 /,
  );
  assert.equal(
    readConfig({ ...variables, POSTMAND_SERVER_BYTES_IN_FLIGHT: '5000000' }).http.bytesInFlight,
    5_000_000,
  );
});

test('POSTMAND_OUTBOUND_NO_PROXY with a network, which Node.js would not understand → a fault that says how to write it', () => {
  assert.match(
    faultsOf({ POSTMAND_OUTBOUND_NO_PROXY: 'localhost,10.0.0.0/8' })[0] ?? '',
    /^POSTMAND_OUTBOUND_NO_PROXY lists "10.0.0.0\/8": .*10\.0\.0\.1-/,
  );
});

test('POSTMAND_OUTBOUND_PROXY → a fault that names the variable and not the URL', () => {
  for (const value of [
    'hunter2',
    'socks5://u:hunter2@h',
    'u:hunter2@h:3128',
    'http://u:hunter2@h/path',
    'http://u:hunter2@h?a',
    'http://',
  ]) {
    const [fault = ''] = faultsOf({ POSTMAND_OUTBOUND_PROXY: value });
    assert.match(fault, /^POSTMAND_OUTBOUND_PROXY must be a URL/);
    assert.doesNotMatch(fault, /hunter2/);
  }
});

suite('API keys', () => {
  const SECOND = `!${'~'.repeat(255)}`;

  test('several, with spaces around them → a digest each, in their order', () => {
    const { apiKeyDigests } = readConfig({ POSTMAND_API_KEYS: ` ${KEY} ,\t${SECOND}` }).http;
    assert.deepEqual(apiKeyDigests, [digestOf(KEY), digestOf(SECOND)]);
  });

  const BAD: [keys: string[], named: RegExp][] = [
    [['hunter2'], /which number 1 is not$/],
    [[KEY, 'hunter2'], /which number 2 is not$/],
    [[KEY, KEY, `hunter2${'x'.repeat(250)}`, KEY], /which number 3 is not$/],
    [['hunter2', KEY, KEY, KEY, 'hunter2'], /which number 1, number 5 is not$/],
    [['hunter2 has a space'], /which number 1 is not$/],
    [['hunter2-is-a-clé-of-ours'], /which number 1 is not$/],
    [['hunter2-is-a-key\u0007'], /which number 1 is not$/],
    [[KEY, ''], /which number 2 is not$/],
    [[' '], /which number 1 is not$/],
  ];
  for (const [keys, named] of BAD) {
    test(`${JSON.stringify(keys.map((key) => key.slice(7, 20)))} → a fault that names the variable and the place, not the key`, () => {
      const [fault = '', ...more] = faultsOf({ POSTMAND_API_KEYS: keys.join(',') });
      assert.deepEqual(more, []);
      assert.match(fault, /^POSTMAND_API_KEYS must be keys of 16 to 256 /);
      assert.match(fault, named);
      assert.ok(!fault.includes('hunter2') && !fault.includes(KEY), fault);
    });
  }
});

suite('encryption keys', () => {
  const bytes = (byte: number, length = 32) => Buffer.alloc(length, byte).toString('base64');

  test('several, with spaces around them → their ids and keys, in their order', () => {
    const { encryptionKeys } = readConfig({
      POSTMAND_ENCRYPTION_KEYS: ` 2026-b:${bytes(2)} ,\tA_1:${bytes(1)}`,
    });
    assert.deepEqual(
      encryptionKeys.map(({ id, key }) => [id, key.export().toString('base64')]),
      [
        ['2026-b', bytes(2)],
        ['A_1', bytes(1)],
      ],
    );
    assert.ok(!JSON.stringify(encryptionKeys).includes(bytes(1)));
  });

  for (const none of [undefined, '']) {
    test(`${JSON.stringify(none)} → no key`, () =>
      assert.deepEqual(readConfig({ POSTMAND_ENCRYPTION_KEYS: none }).encryptionKeys, []));
  }

  const BAD: [entries: string[], named: RegExp][] = [
    [['hunter2'], /number 1 is not/],
    [[`a:${bytes(1)}`, `hunter2:${bytes(1, 31)}`], /number 2 is not/],
    [[`a:${bytes(1)}`, `hunter2:${bytes(1, 33)}`, `b:${bytes(1)}`], /number 2 is not/],
    [[`hunter2.x:${bytes(1)}`], /number 1 is not/],
    [[`hunter2${'x'.repeat(26)}:${bytes(1)}`], /number 1 is not/],
    [[`:${bytes(1)}`], /number 1 is not/],
    [[bytes(1)], /number 1 is not/],
    [[`a:${bytes(1)}`, ''], /number 2 is not/],
    [[`a:${bytes(1)}`, `b:${bytes(2)}`, `a:${bytes(3)}`], /has the id "a" twice$/],
  ];
  for (const [entries, named] of BAD) {
    test(`${JSON.stringify(entries.map((entry) => entry.slice(7, 20)))} → a fault that names the variable and the place, not the key`, () => {
      const [fault = '', ...more] = faultsOf({ POSTMAND_ENCRYPTION_KEYS: entries.join(',') });
      assert.deepEqual(more, []);
      assert.match(fault, /^POSTMAND_ENCRYPTION_KEYS /);
      assert.match(fault, named);
      assert.ok(!fault.includes('hunter2') && !/[A-Za-z\d+/]{30}/.test(fault), fault);
    });
  }
});

suite('postmand server', () => {
  test('three bad settings → exit status 2, and all three are named on stderr', async (t) => {
    const env = {
      POSTMAND_LOG_LEVEL: 'loud',
      POSTMAND_WORKER_CONCURRENCY: 'many',
      POSTMAND_DATABASE_URL: 'mysql://u:hunter2@h/d',
    };
    const server = postmand(t, ['server'], { env });
    assert.equal(await exitStatus(server), 2);
    for (const variable of Object.keys(env))
      assert.ok(server.output.stderr.includes(`\n  ${variable} `), server.output.stderr);
    assert.doesNotMatch(server.output.stderr, /hunter2|\n {4}at /);
    assert.equal(server.output.stdout, '');
  });

  test('.env in the current folder → read; the environment wins', async (t) => {
    const cwd = await folderWith(t, {
      '.env':
        'POSTMAND_LOG_LEVEL=loud\n# a comment\nPOSTMAND_WORKER_CONCURRENCY="many"\nPOSTMAND_POLLING_INTERVAL=1\n',
    });
    const server = postmand(t, ['server'], {
      cwd,
      env: { POSTMAND_WORKER_CONCURRENCY: '5', POSTMAND_POLLING_INTERVAL: '2' },
    });
    assert.equal(await exitStatus(server), 2);
    assert.match(server.output.stderr, /POSTMAND_LOG_LEVEL .*"loud"/);
    assert.match(server.output.stderr, /POSTMAND_POLLING_INTERVAL .*"2"/);
    assert.doesNotMatch(server.output.stderr, /POSTMAND_WORKER_CONCURRENCY/);
  });

  test('no database URL → exit status 1 and what to set', async (t) => {
    const server = postmand(t, ['server'], { cwd: await folderWith(t, {}) });
    assert.equal(await exitStatus(server), 1);
    assert.match(server.output.stderr, /POSTMAND_DATABASE_URL is not set/);
  });
});

const OF_TRACING = [
  'OTEL_SDK_DISABLED',
  'OTEL_TRACES_EXPORTER',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
];

suite('local.env', async () => {
  const example = parseEnv(await readFile(new URL('../local.env', import.meta.url), 'utf8'));
  // The proxy and the database URL are set, as some settings are of interest with them alone.
  const read = variablesRead({
    POSTMAND_DATABASE_URL: URL_OF_DATABASE,
    POSTMAND_OUTBOUND_PROXY: 'http://proxy',
  });
  /** Read by test/setup/global.ts. */
  const OF_TESTS = 'POSTMAND_TEST_DATABASE_URL';
  /** Read by src/commands/api/api.ts, for commands that are clients of the API. */
  const OF_CLIENTS = ['POSTMAND_API_KEY', 'POSTMAND_API_URL'];
  /** Those of Node.js, PostgreSQL's own tools and OpenTelemetry, which Postmand heeds too. */
  const OF_OTHERS = ['UV_THREADPOOL_SIZE', 'PGSSLMODE', ...OF_TRACING];
  /** They mean something together with another one only, and have tests of their own. */
  const WITH_ANOTHER = [
    'POSTMAND_OUTBOUND_NO_PROXY',
    'POSTMAND_DATABASE_CA_FILE',
    'POSTMAND_DATABASE_DIRECT_URL',
  ];

  test('the settings in it → all that are read at start, and nothing else', () =>
    assert.deepEqual(
      [...Object.keys(example), ...OF_OTHERS].toSorted(),
      [...read, OF_TESTS, ...OF_CLIENTS].toSorted(),
    ));

  test('the settings that are read at start → all are in the tables above', () =>
    assert.deepEqual(
      [...READINGS.map(([variable]) => variable), ...WITH_ANOTHER, ...OF_OTHERS].toSorted(),
      read.toSorted(),
    ));

  test('its values → the defaults', () => assert.deepEqual(readConfig(example), readConfig({})));
});

/** The names of all variables that reading the settings asks for, set or not. */
function variablesRead(variables: Record<string, string>): string[] {
  const names = new Set<string>();
  for (const environment of [{}, variables]) {
    const recording = new Proxy<Record<string, string>>(environment, {
      get(target, name) {
        names.add(String(name));
        return Reflect.get(target, name) as unknown;
      },
    });
    readConfig(recording);
  }
  return [...names];
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    readConfig(variables);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults;
  }
  return assert.fail(`no fault in ${JSON.stringify(variables)}`);
}

async function folderWith(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-config-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
}
