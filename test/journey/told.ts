import assert from 'node:assert/strict';
import { GIVEN } from '../setup/settings.ts';
import { until } from '../setup/until.ts';

/** Calls of the API whose answers are kept for a search. */

export type Told = { where: string; text: string };

// oxlint-disable-next-line typescript/no-explicit-any -- because each call knows its shape
type Answer = { status: number; body: any };

type Sent = { body?: unknown; raw?: string; key?: string };

/** Fields that show a secret, as is documented: `secret_token`, and a URL with its password. */
const SHOWN = new Set(['secret_token', 'url']);

export class ToldApi {
  readonly told: Told[] = [];
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async call(
    method: string,
    path: string,
    { body, raw, key = this.#key }: Sent = {},
  ): Promise<Answer> {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = sent === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${this.#url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...type },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const found: unknown = text === '' ? undefined : JSON.parse(text);
    const rest = JSON.stringify(found, (name, value: unknown) =>
      SHOWN.has(name) ? undefined : value,
    );
    this.told.push({
      where: `${method} ${path.slice(0, 50)} answers ${response.status}`,
      text: `${JSON.stringify([...response.headers])}${rest}`,
    });
    return { status: response.status, body: found };
  }

  /** The answer to a call that succeeds. */
  async must(method: string, path: string, body?: unknown): Promise<Answer['body']> {
    const answer = await this.call(method, path, { body });
    assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async createWebhook(settings: object): Promise<string> {
    const few = { delivery_attempt_timeout: 1, max_delivery_attempts: 2, retry_max_backoff: 1 };
    return (await this.must('POST', '/webhooks', { ...GIVEN, ...few, ...settings })).id;
  }

  /** Makes a delivery, and waits for its end. @returns whether it succeeded. */
  async deliver(webhook: string): Promise<boolean> {
    const body = { webhook_id: webhook, payload: '{"some": "payload"}' };
    const { id } = await this.must('POST', '/deliveries', body);
    const delivery = await until(
      `the end of delivery ${id}`,
      async () => {
        const now = await this.must('GET', `/deliveries/${id}`);
        return now.status !== 'pending' && now;
      },
      30_000,
    );
    await this.must('GET', `/delivery-attempts?delivery_id=${id}`);
    return delivery.status === 'succeeded';
  }
}
