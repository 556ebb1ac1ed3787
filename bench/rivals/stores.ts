import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Cleanup } from '../cleanup.ts';
import { freePorts, launch, running, stop } from '../launch.ts';
import type { Part } from '../meter.ts';
import type { StoreName } from './adapter.ts';

/** A store that runs. `part`: what to measure; undefined where it was given and is not ours. */
export type Store = { url: string; part: Part | undefined; settings: string };

/** What is needed to open one: a URL or a program, and a folder for its data. */
type Wanted = { given: string; folder: string; cleanup: Cleanup };

/** A store by its URL, as it is; or started empty from its program, until the cleanup. */
export async function openStore(name: StoreName, wanted: Wanted): Promise<Store> {
  const { given } = wanted;
  if (/^(redis|amqp)s?:\/\//.test(given))
    return {
      url: given,
      part: undefined,
      settings: 'given by its URL: its CPU and memory are not counted',
    };
  const folder = path.join(wanted.folder, name);
  await mkdir(folder);
  wanted.cleanup.add(() => rm(folder, { recursive: true, force: true }));
  return name === 'redis' ? startRedis({ ...wanted, folder }) : startRabbit({ ...wanted, folder });
}

/** An append-only file that is written to disk each second, as both rivals recommend. */
const REDIS = ['--save', '60', '500', '--appendonly', 'yes', '--appendfsync', 'everysec'];

async function startRedis({ given, folder, cleanup }: Wanted): Promise<Store> {
  const [port = 0] = await freePorts(1);
  const launched = launch({
    command: [
      ...[given, '--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
      ...[...REDIS, '--maxmemory-policy', 'noeviction'],
    ],
    ...{ folder, env: process.env, output: path.join(folder, 'output.log') },
  });
  cleanup.add(() => stop(launched, 10_000));
  await running(launched, {
    ...{ name: `--redis ${given}`, what: 'a PING' },
    ok: () => answers(port, 'PING\r\n', '+PONG'),
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    part: { name: 'Redis', pids: [launched.child.pid] },
    settings: [...REDIS, '--maxmemory-policy noeviction'].join(' '),
  };
}

async function startRabbit({ given, folder, cleanup }: Wanted): Promise<Store> {
  const [port = 0, distribution = 0, epmd = 0] = await freePorts(3);
  const plugins = path.join(folder, 'plugins');
  await writeFile(plugins, '[].\n');
  const env = {
    ...{ PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME: folder },
    ...{ RABBITMQ_NODENAME: 'bench@localhost', RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1' },
    ...{ RABBITMQ_NODE_PORT: String(port), RABBITMQ_DIST_PORT: String(distribution) },
    ...{ ERL_EPMD_PORT: String(epmd), ERL_EPMD_ADDRESS: '127.0.0.1' },
    ...{ RABBITMQ_MNESIA_BASE: folder, RABBITMQ_LOG_BASE: folder },
    ...{ RABBITMQ_ENABLED_PLUGINS_FILE: plugins, RABBITMQ_PID_FILE: path.join(folder, 'pid') },
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  };
  const output = path.join(folder, 'output.log');
  const launched = launch({ command: [given], folder, env, output });
  cleanup.add(async () => {
    await stop(launched, 20_000);
    // The daemon of this port, which our RabbitMQ started and leaves behind.
    await promisify(execFile)('epmd', ['-kill'], { env }).catch(() => {});
  });
  await running(launched, {
    ...{ name: `--rabbitmq ${given}`, what: 'the start of AMQP' },
    ok: () => answers(port, 'AMQP\0\0\u0009\u0001', 'RabbitMQ'),
  });
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    part: { name: 'RabbitMQ', pids: [launched.child.pid] },
    settings: 'its defaults, without plugins',
  };
}

/** Whether what listens on `port` says `expected` when it is sent `bytes`. */
function answers(port: number, bytes: string, expected: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (data) => {
      resolve(data.toString('latin1').includes(expected));
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(false));
  });
}
