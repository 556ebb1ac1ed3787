import path from 'node:path';
import { ATTEMPT_SECONDS, RETRY_SECONDS, type Adapter } from '../adapter.ts';
import { requested } from '../request.ts';

const KEY = { authorization: 'Bearer key' };

/** Its three services, a process each; PostgreSQL keeps its log. One tenant an endpoint. */
export const outpost: Adapter = {
  binary: 'the program outpost, with outpost-server in the same folder',
  stores: ['redis', 'rabbitmq'],
  documented: [
    'https://hookdeck.com/docs/outpost/self-hosting/deployment',
    'https://hookdeck.com/docs/outpost/self-hosting/configuration',
  ],
  changed: [
    '…_MAX_CONCURRENCY from 1 to 100, as in its own load test: with 1 it sends one at a time',
    'RETRY_SCHEDULE and DELIVERY_TIMEOUT_SECONDS, as everybody here; DISABLE_TELEMETRY',
  ],
  accepted: 'RabbitMQ has confirmed the message in a quorum queue; tenants are in Redis',
  open({ binary = 'outpost', databaseUrl, stores, ports: [api, delivery, log] }) {
    const redis = new URL(stores.redis);
    const env = {
      ...{ API_KEY: 'key', API_JWT_SECRET: 'jwt', TOPICS: 'bench', GIN_MODE: 'release' },
      AES_ENCRYPTION_SECRET: '0123456789abcdef0123456789abcdef',
      ...{ REDIS_HOST: redis.hostname, REDIS_PORT: redis.port || '6379', REDIS_DATABASE: '0' },
      ...(redis.password ? { REDIS_PASSWORD: decodeURIComponent(redis.password) } : {}),
      POSTGRES_URL: databaseUrl,
      RABBITMQ_SERVER_URL: stores.rabbitmq,
      PUBLISH_MAX_CONCURRENCY: '100',
      DELIVERY_MAX_CONCURRENCY: '100',
      LOG_MAX_CONCURRENCY: '100',
      DELIVERY_TIMEOUT_SECONDS: String(ATTEMPT_SECONDS),
      RETRY_SCHEDULE: RETRY_SECONDS.join(','),
      DISABLE_TELEMETRY: 'true',
    };
    const url = `http://127.0.0.1:${api}/api/v1`;
    const program = (name: string, port: number | undefined) => ({
      name,
      command: [path.join(path.dirname(binary), 'outpost-server')],
      env: { ...env, SERVICE: name, API_PORT: String(port) },
      readyUrl: `http://127.0.0.1:${port}/healthz`,
    });
    return {
      version: [binary, '--version'],
      migrate: [[binary, 'migrate', 'apply', '--yes']],
      programs: [program('api', api), program('delivery', delivery), program('log', log)],
      async createEndpoint(endpointUrl, number) {
        const tenant = `tenant-${number}`;
        const destination = { type: 'webhook', topics: ['*'], config: { url: endpointUrl } };
        const tenantUrl = `${url}/tenants/${tenant}`;
        const destinations = `${tenantUrl}/destinations`;
        await requested({ method: 'PUT', url: tenantUrl, headers: KEY, body: {} });
        await requested({ method: 'POST', url: destinations, headers: KEY, body: destination });
        return tenant;
      },
      // A payload is JSON within the JSON of the request.
      post: (tenant, payload) => ({
        method: 'POST',
        url: `${url}/publish`,
        headers: KEY,
        body: `{"tenant_id":"${tenant}","topic":"bench","eligible_for_retry":true,"data":${payload}}`,
      }),
    };
  },
};
