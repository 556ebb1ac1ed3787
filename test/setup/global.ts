import { randomInt } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { startEmbedded, type EmbeddedDatabase } from '../../src/database/embedded/database.ts';
import { migrateUp } from '../../src/database/migrations.ts';
import { installQueue } from '../../src/queue/install-queue.ts';
import { connectionTo } from './connection.ts';
import { newDataFolder } from './data-folder.ts';
import { withDatabase } from './database.ts';
import { MIGRATIONS, silentLog } from './parts.ts';
import { NO_POOLER, startPooler, type Pooler } from './pooler.ts';

let embedded: EmbeddedDatabase | undefined;
let folder: string | undefined;
let pooler: Pooler | undefined;

/**
 * Before all test files: one PostgreSQL (POSTMAND_TEST_DATABASE_URL where it is set) with a
 * migrated template database.
 */
export async function globalSetup(): Promise<void> {
  // Every test file and every process under test loads the same code.
  process.env['NODE_COMPILE_CACHE'] ??= path.join(tmpdir(), 'postmand-test-compile-cache');
  // What chance decides in a test is the same again with the same seed.
  process.env['POSTMAND_TEST_SEED'] ??= String(randomInt(1_000_000));
  const given = process.env['POSTMAND_TEST_DATABASE_URL'];
  if (!given) {
    folder = await newDataFolder();
    // PostgreSQL runs as another user where the tests run as root: it must get in.
    await chmod(folder, 0o755);
    // No test pulls the plug of the machine: a killed PostgreSQL loses nothing without fsync.
    embedded = await startEmbedded(path.join(folder, 'data'), {
      fsync: 'off',
      max_connections: '400',
      max_wal_size: '256MB',
    });
  }
  const server = given || embedded?.url || '';
  const template = `postmand_template_${process.pid}`;
  await createTemplate(server, template);
  process.env['TEST_SERVER_URL'] = server;
  process.env['TEST_TEMPLATE'] = template;
  await startPoolerWhereAsked(server);
}

export async function globalTeardown(): Promise<void> {
  if (embedded === undefined) await dropTemplate();
  await pooler?.stop();
  await embedded?.stop();
  for (const left of [embedded?.home, folder])
    if (left !== undefined) await rm(left, { recursive: true, force: true });
}

/**
 * POSTMAND_TEST_POOLER=1: fresh databases are reached through a PgBouncer. 'direct': and workers in
 * this process have a way past it.
 */
async function startPoolerWhereAsked(server: string): Promise<void> {
  if (!process.env['POSTMAND_TEST_POOLER']) return;
  if (NO_POOLER) throw new Error(NO_POOLER);
  pooler = await startPooler(server);
  process.env['TEST_POOLED_URL'] = pooler.through(server);
}

async function createTemplate(server: string, name: string): Promise<void> {
  await onServer(server, `create database ${name}`);
  const connection = await connectionTo(withDatabase(server, name));
  await migrateUp(connection, MIGRATIONS);
  await installQueue(connection, silentLog);
}

async function dropTemplate(): Promise<void> {
  await onServer(
    process.env['TEST_SERVER_URL'] ?? '',
    `drop database if exists ${process.env['TEST_TEMPLATE']} with (force)`,
  );
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new Client({ ...(await connectionTo(url)) });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
