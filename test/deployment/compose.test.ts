import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { parseDatabaseUrl } from '../../src/database/url.ts';
import { run, textOf } from './run.ts';

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
  const { services, volumes } = parse(textOf('compose.yaml'), { merge: true }) as {
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
      assert.equal((await run(['node', 'src/postmand.js', name, '--help'])).code, 0);
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
