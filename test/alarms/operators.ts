import { WebhookAlarms } from '../../src/alarms/alarms.ts';
import type { Log } from '../../src/telemetry/log.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import type { Cleanup } from '../setup/last-first.ts';
import { silentLog } from '../setup/parts.ts';
import { startReceiver, type Receiver } from '../setup/receiver.ts';
import { addWebhook } from '../setup/rows.ts';
import { startApi, startWorkerHere, type Api } from '../setup/service.ts';
import { until } from '../setup/until.ts';
import { checkedAlarm } from './alarm-schema.ts';

/** What the alert webhook got. */
export type Told = { type: string; timestamp: string; data: Record<string, unknown> };

export type Operators = {
  database: TestDatabase;
  api: Api;
  /** The receiver of the alert webhook. */
  receiver: Receiver;
  webhookId: string;
  /** Raises alarms as another process does. */
  alarms: WebhookAlarms;
  /** All alarms that have come, or those of one type. */
  told(type?: string): Told[];
  /** Waits for the first `count` alarms of a type. */
  until(type: string, count?: number): Promise<Told[]>;
};

/** API and worker in this process, with a webhook that gets alarms. */
export async function openOperators(
  t: Cleanup,
  { settings = {}, log = silentLog }: { settings?: Record<string, string>; log?: Log } = {},
): Promise<Operators> {
  const database = await freshDatabase(t);
  const receiver = await startReceiver(t);
  const { id: webhookId } = await addWebhook(database, { name: 'Operators', url: receiver.url });
  const alarms = new WebhookAlarms({ webhookId, log });
  const told = (type?: string) =>
    receiver.received
      .filter(({ body }) => body.startsWith('{"type":'))
      .map(({ body }) => checkedAlarm(body) as Told)
      .filter((one) => type === undefined || one.type === type);
  const api = await startApi(t, database, { alarms });
  await startWorkerHere(t, database, {
    settings: { POSTMAND_ALERT_WEBHOOK_ID: webhookId, ...settings },
    log,
  });
  return {
    ...{ database, api, receiver, webhookId, alarms, told },
    until: (type, count = 1) =>
      until(
        `${count} alarms ${type}, told ${JSON.stringify(told())}`,
        () => told(type).length >= count && told(type),
      ),
  };
}
