import type { TestContext } from 'node:test';
import { openDashboard } from './dashboard.ts';
import { startReceiver } from './receiver.ts';
import { startWorkerHere } from './service.ts';

/**
 * A dashboard with a worker, and a webhook "Orders" that takes what is sent while "Billing" answers
 * 503 to its one attempt.
 */
export async function openWithWebhooks(t: TestContext) {
  const opened = await openDashboard(t, '');
  const { api, page } = opened;
  // Colours that are still on their way to others would be measured.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const receiver = await startReceiver(t, ({ path }, response) => {
    response.statusCode = path === '/billing' ? 503 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(path === '/billing' ? '{"error":"down for a while"}' : '{"taken":true}');
  });
  const orders = await api.createWebhook({ name: 'Orders', url: `${receiver.url}/orders` });
  const billing = await api.createWebhook({
    ...{ name: 'Billing', url: `${receiver.url}/billing`, max_delivery_attempts: 1 },
  });
  const post = async (webhook_id: string, more: object = {}): Promise<string> => {
    const draft = { webhook_id, payload: '{"order":1042}', ...more };
    return (await api.call('POST', '/deliveries', draft)).body.id;
  };
  await startWorkerHere(t, opened.database);
  const goTo = (place: string) => page.goto(`${api.url}/ui/#/${place}`);
  return { ...opened, receiver, orders, billing, post, goTo };
}
