import { Agent } from 'node:http';
import { now } from './clock.ts';
import { call } from './http.ts';
import type { Endpoint, Receiver } from './receiver.ts';

/** A webhook that is retried: after `retrySeconds`, three attempts in all, each of up to 5 s. */
export type WebhookPlan = { count: number; endpoint: Endpoint; retrySeconds: number };

/**
 * Healthy webhooks are retried at once, so that a failure is seen as a repeat and not as a hole.
 */
export const healthy = (count: number): WebhookPlan => ({
  count,
  endpoint: 'fast',
  retrySeconds: 1,
});

/** The retries of troubled ones come when all is over. */
export const troubled = (count: number, endpoint: Endpoint): WebhookPlan => ({
  count,
  endpoint,
  retrySeconds: 3600,
});

const agent = new Agent({ keepAlive: true });

/** Creates webhooks over the API at `url`. @returns their ids. */
export async function createWebhooks(
  url: string,
  receiver: Receiver,
  { count, endpoint, retrySeconds }: WebhookPlan,
): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const body = JSON.stringify({
      name: `${endpoint} ${number}`,
      url: receiver.url(endpoint, number),
      content_type: 'application/json',
      valid_status_codes: [200],
      secret_token: 'a secret for the benchmark',
      active: true,
      max_delivery_attempts: 3,
      delivery_attempt_timeout: 5,
      retry_min_backoff: retrySeconds,
      retry_max_backoff: retrySeconds,
    });
    const answer = await call(agent, { method: 'POST', url: `${url}/v1/webhooks`, body });
    if (answer.status !== 201)
      throw new Error(`POST /v1/webhooks: ${answer.status} ${answer.text}`);
    ids.push((JSON.parse(answer.text) as { id: string }).id);
  }
  return ids;
}

/** What the API answers to a GET. */
export async function getJson<Body>(url: string): Promise<Body> {
  const { status, text } = await call(agent, { method: 'GET', url });
  if (status !== 200) throw new Error(`GET ${url}: ${status} ${text}`);
  return JSON.parse(text) as Body;
}

/** @returns the milliseconds until the whole answer was here. */
export async function timed(method: 'GET' | 'DELETE', url: string): Promise<number> {
  const startedAt = now();
  const { status, text } = await call(agent, { method, url });
  if (status !== 200 && status !== 204) throw new Error(`${method} ${url}: ${status} ${text}`);
  return now() - startedAt;
}
