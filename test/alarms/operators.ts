import { startReceiver, type Receiver } from '../setup/receiver.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { startApi, startWorkerHere, type Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';

/** What the alert webhook got. */
export type Told = { type: string; timestamp: string; data: Record<string, unknown> };

export type Operators = {
  database: TestDatabase;
  api: Api;
  /** The receiver of the alert webhook. */
  receiver: Receiver;
  webhookId: string;
  /** All alarms that have come, or those of one type. */
  told(type?: string): Told[];
  /** Waits for the first `count` alarms of a type. */
  until(type: string, count?: number): Promise<Told[]>;
};

/** API and worker in this process, with a webhook that gets alarms. */
export async function openOperators(
  t: Cleanup,
  settings: Record<string, string> = {},
): Promise<Operators> {
  const database = await freshDatabase(t);
  const receiver = await startReceiver(t);
  const api = await startApi(t, database);
  const { id: webhookId } = await api.createWebhook({ name: 'Operators', url: receiver.url });
  const told = (type?: string) =>
    receiver.received
      .map(({ body }) => JSON.parse(body) as Told)
      .filter((one) => type === undefined || one.type === type);
  await startWorkerHere(t, database, {
    settings: { POSTMAND_ALERT_WEBHOOK_ID: webhookId, ...settings },
  });
  return {
    database,
    api,
    receiver,
    webhookId,
    told,
    until: (type, count = 1) =>
      until(
        `${count} alarms ${type}, told ${JSON.stringify(told())}`,
        () => told(type).length >= count && told(type),
      ),
  };
}
