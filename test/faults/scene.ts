import type { Webhook, WebhookSettings } from '../../src/webhooks/webhook.ts';
import { startServer, startWorker } from '../commands/processes.ts';
import type { Command } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import type { Api } from '../setup/service.ts';
import { startGateWatch, type GateWatch } from './gate-watch.ts';
import { after, startReceiverLog, type Behaviour, type ReceiverLog } from './receiver-log.ts';
import { startWatcher, type Watcher } from './watcher.ts';

type Environment = Record<string, string>;
type End = 'succeeded' | 'failed';

export type Scene = {
  database: TestDatabase;
  receiver: ReceiverLog;
  watcher: Watcher;
  gate: GateWatch;
  /** Those that traffic posts to. */
  webhooks: Webhook[];
  /** Every process that was ever started. */
  processes: Command[];
  /** The API of the latest server. */
  api(): Api;
  /** `root`: another version's source tree. */
  server(env?: Environment, root?: string): Promise<Command>;
  /** `descriptors`: most files that it may have open. */
  worker(env?: Environment, descriptors?: number): Promise<Command>;
  /** Adds a webhook of a character of its own, at a path of its own. */
  webhook(path: string, behaviour: Behaviour, kind: End | Kind): Promise<Webhook>;
  /** How the deliveries of a webhook end. */
  end(webhookId: string): End | undefined;
  /** How many ordering keys the posts to a webhook have; 0: they have none. */
  keys(webhookId: string): number;
};

/**
 * How the deliveries of a webhook end, its settings where they differ from the usual ones, and how
 * many ordering keys they have.
 */
type Kind = { end: End; settings: Partial<WebhookSettings>; keys?: number };

type Options = {
  /** A fresh one where left out. */
  database?: TestDatabase;
  /** How processes reach the database, where it is not by its own URL. */
  url?: string;
  env?: Environment;
  /** Where the first server's source tree is, where it is of another version. */
  root?: string;
  /** False: processes of another version know nothing of traces. */
  traced?: boolean;
  /** How a process with the API starts, where it is not `postmand server`. */
  serve?: typeof startServer;
};

/**
 * A server and receivers of every sort, on a database of their own; workers are for the test to
 * start. Nothing flows yet. Everything ends with the test.
 */
export async function openScene(
  t: Cleanup,
  { database: given, url, env = {}, root, traced = true, serve = startServer }: Options = {},
): Promise<Scene> {
  const database = given ?? (await freshDatabase(t));
  const receiver = await startReceiverLog(t);
  const reached = { ...database, url: url ?? database.url };
  const ends = new Map<string, End>();
  const keys = new Map<string, number>();
  const processes: Command[] = [];
  let api: Api | undefined;
  const scene: Scene = {
    database,
    receiver,
    watcher: startWatcher(t, database.pool),
    gate: startGateWatch(t, database.pool),
    webhooks: [],
    processes,
    api: () => api as Api,
    async server(more = {}, from?: string) {
      const started = await serve(t, { ...reached, root: from }, { ...env, ...more });
      processes.push(started.server);
      api = started.api;
      return started.server;
    },
    async worker(more = {}, descriptors?: number) {
      const worker = await startWorker(t, { ...reached, descriptors }, { ...env, ...more });
      processes.push(worker);
      return worker;
    },
    async webhook(path, behaviour, kind) {
      const whole: Kind = typeof kind === 'object' ? kind : { end: kind, settings: {} };
      const { end, settings } = whole;
      receiver.behave(path, behaviour);
      const patient = { delivery_attempt_timeout: 60, retry_min_backoff: 1, retry_max_backoff: 1 };
      const webhook = await scene
        .api()
        .createWebhook({ url: receiver.url + path, ...patient, ...settings });
      ends.set(webhook.id, end);
      keys.set(webhook.id, whole.keys ?? 0);
      scene.webhooks.push(webhook);
      return webhook;
    },
    end: (webhookId) => ends.get(webhookId),
    keys: (webhookId) => keys.get(webhookId) ?? 0,
  };
  await scene.server({}, root);
  const settings = traced ? { propagate_trace: true } : {};
  await scene.webhook('/steady/1', () => 200, { end: 'succeeded', settings });
  await scene.webhook('/steady/2', () => 200, 'succeeded');
  await scene.webhook(
    '/calm',
    ({ bodyHash }) => after(20 + (Number.parseInt(bodyHash.slice(0, 2), 16) << 1), 200),
    'succeeded',
  );
  await scene.webhook('/slow', () => after(1200, 200), 'succeeded');
  await scene.webhook('/flaky', (_arrival, nth) => (nth === 1 ? 503 : 200), {
    end: 'succeeded',
    settings,
  });
  await scene.webhook('/refusing', () => 500, {
    end: 'failed',
    settings: { max_delivery_attempts: 2 },
  });
  return scene;
}

/**
 * Adds a webhook that traffic posts to with a few ordering keys. A quarter of its deliveries fail
 * once, and their keys wait for the next attempt.
 */
export function orderedWebhook(
  scene: Scene,
  settings: Partial<WebhookSettings> = {},
): Promise<Webhook> {
  const fails = ({ bodyHash }: { bodyHash: string }) =>
    Number.parseInt(bodyHash.slice(0, 1), 16) < 4;
  return scene.webhook('/ordered', (arrival, nth) => (nth === 1 && fails(arrival) ? 503 : 200), {
    end: 'succeeded',
    settings,
    keys: 6,
  });
}

/** Adds a webhook that traffic does not post to by itself. */
export async function webhookApart(
  scene: Scene,
  ...[path, behaviour, kind]: Parameters<Scene['webhook']>
): Promise<Webhook> {
  const webhook = await scene.webhook(path, behaviour, kind);
  scene.webhooks.splice(scene.webhooks.indexOf(webhook), 1);
  return webhook;
}

/**
 * Adds `count` webhooks of one character, each at a path of its own below `path`. Traffic does not
 * post to them by itself.
 */
export async function crowdApart(
  scene: Scene,
  count: number,
  ...[path, behaviour, kind]: Parameters<Scene['webhook']>
) {
  const crowd: Webhook[] = [];
  let made = 0;
  const make = async () => {
    while (made < count)
      crowd.push(await webhookApart(scene, `${path}/${(made += 1)}`, behaviour, kind));
  };
  await Promise.all(Array.from({ length: 8 }, make));
  return crowd;
}
