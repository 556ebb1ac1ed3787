import { fileURLToPath } from 'node:url';
import { ATTEMPT_SECONDS, RETRY_SECONDS, type Adapter } from '../adapter.ts';
import { requested } from '../request.ts';

const CLI = fileURLToPath(new URL('../../../src/postmand.js', import.meta.url));

/** A server and a worker, with their default settings. */
export const postmand: Adapter = {
  binary: 'src/postmand.js (2.1: src/cli.ts) of an installation; default: this one',
  stores: [],
  documented: ['docs/deploying.md', 'docs/settings.md'],
  changed: [],
  accepted: 'PostgreSQL has committed the delivery, on disk',
  open({ binary = CLI, databaseUrl, ports: [api, serverHealth, workerHealth] }) {
    const command = (name: string) => [process.execPath, binary, name];
    const url = `http://127.0.0.1:${api}`;
    const env = { NODE_ENV: 'production', POSTMAND_DATABASE_URL: databaseUrl };
    const program = (name: string, health: number | undefined) => ({
      name,
      command: command(name),
      env: {
        ...env,
        POSTMAND_HTTP_PORT: String(api),
        POSTMAND_HEALTH_CHECK_HTTP_PORT: String(health),
      },
      readyUrl: `http://127.0.0.1:${health}/healthz`,
    });
    return {
      version: command('--version'),
      migrate: [command('migrate')],
      programs: [program('server', serverHealth), program('worker', workerHealth)],
      async createEndpoint(endpointUrl, number) {
        const { id } = await requested<{ id: string }>({
          method: 'POST',
          url: `${url}/v1/webhooks`,
          body: {
            name: `endpoint ${number}`,
            url: endpointUrl,
            content_type: 'application/json',
            valid_status_codes: [200],
            secret_token: 'a secret for the benchmark',
            active: true,
            max_delivery_attempts: RETRY_SECONDS.length + 1,
            delivery_attempt_timeout: ATTEMPT_SECONDS,
            retry_min_backoff: Math.min(...RETRY_SECONDS),
            retry_max_backoff: Math.max(...RETRY_SECONDS),
          },
        });
        return id;
      },
      post: (webhookId, payload) => ({
        method: 'POST',
        url: `${url}/v1/deliveries`,
        body: JSON.stringify({ webhook_id: webhookId, payload }),
      }),
    };
  },
};
