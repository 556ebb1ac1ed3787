import { ATTEMPT_SECONDS, RETRY_SECONDS, type Adapter } from '../adapter.ts';
import { requested } from '../request.ts';

/** API and worker in one process, with a queue in Redis. One application an endpoint. */
export const svix: Adapter = {
  binary: 'the program svix-server',
  stores: ['redis'],
  documented: [
    'https://github.com/svix/svix-webhooks/blob/main/server/README.md',
    'https://github.com/svix/svix-webhooks/blob/main/server/docker-compose.yml',
  ],
  changed: [
    'SVIX_WORKER_REQUEST_TIMEOUT from 30 to 5 and SVIX_RETRY_SCHEDULE, as everybody here',
    'SVIX_WHITELIST_SUBNETS, as the endpoints are on loopback',
    'SVIX_DB_POOL_MAX_SIZE from 100 to 60, as PostgreSQL takes 100 connections in all',
  ],
  accepted: 'PostgreSQL has committed the message, on disk; the queue is in Redis',
  open({ binary = 'svix-server', databaseUrl, stores, ports: [api] }) {
    const base = `http://127.0.0.1:${api}/api/v1`;
    const env = {
      SVIX_LISTEN_ADDRESS: `127.0.0.1:${api}`,
      SVIX_DB_DSN: databaseUrl,
      SVIX_DB_POOL_MAX_SIZE: '60',
      SVIX_REDIS_DSN: stores.redis,
      SVIX_QUEUE_TYPE: 'redis',
      SVIX_JWT_SECRET: 'x',
      SVIX_WORKER_REQUEST_TIMEOUT: String(ATTEMPT_SECONDS),
      SVIX_RETRY_SCHEDULE: JSON.stringify(RETRY_SECONDS),
      SVIX_WHITELIST_SUBNETS: '[127.0.0.0/8]',
    };
    let headers: Record<string, string> = {};
    return {
      version: [binary, '--version'],
      migrate: [
        [binary, 'migrate'],
        [binary, 'jwt', 'generate'],
      ],
      onMigrated(printed) {
        const token = /eyJ[\w.-]+/.exec(printed)?.[0];
        if (token === undefined) throw new Error(`svix-server printed no token:\n${printed}`);
        headers = { authorization: `Bearer ${token}` };
      },
      programs: [{ name: 'server', command: [binary], env, readyUrl: `${base}/health/` }],
      async createEndpoint(url, number) {
        const post = { method: 'POST', headers } as const;
        const app = { ...post, url: `${base}/app/`, body: { name: `endpoint ${number}` } };
        const { id } = await requested<{ id: string }>(app);
        const endpoint = { url, version: 1 };
        await requested({ ...post, url: `${base}/app/${id}/endpoint/`, body: endpoint });
        return id;
      },
      // A payload is JSON within the JSON of the request.
      post: (id, payload) => ({
        method: 'POST',
        url: `${base}/app/${id}/msg/`,
        headers,
        body: `{"eventType":"bench.event","payload":${payload}}`,
      }),
    };
  },
};
