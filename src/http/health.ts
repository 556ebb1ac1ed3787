import type { Express } from 'express';
import type { Pool } from '../database/pool.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { answerProblem, bareApp } from './bare-app.ts';
import { answerHeaders, checkHeaders } from './middleware/headers.ts';
import { checkHost } from './middleware/hosts.ts';
import type { components } from './openapi.d.ts';

type Health = components['schemas']['Health'];

/** Longer than any healthy answer takes, shorter than what health checks wait. */
const PATIENCE_MS = 2000;

const PATHS = new Set(['/healthz', '/metrics']);

type HealthParts = {
  pool: Pool;
  metrics: Metrics;
  log: Log;
  /** The names that it is called by, beside addresses and localhost; undefined: any. */
  hostNames?: readonly string[] | undefined;
};

/** The health port: can this process write to the database, and what has it done? */
export function createHealth({ pool, metrics, log, hostNames }: HealthParts): Express {
  const app = bareApp();
  app.use(answerHeaders);
  app.use(checkHeaders);
  app.use(checkHost(hostNames));
  app.get('/healthz', async (_req, res) => {
    const success = await isWritable(pool);
    const body: Health = { success };
    res.status(success ? 200 : 500).json(body);
  });
  app.get('/metrics', async (_req, res) => {
    res.type(metrics.contentType).send(await metrics.text());
  });
  app.use((req) => {
    throw Object.assign(
      new Error('no such route'),
      PATHS.has(req.path) ? { status: 405, headers: { Allow: 'GET' } } : { status: 404 },
    );
  });
  app.use(answerProblem(log));
  return app;
}

async function isWritable(pool: Pool): Promise<boolean> {
  const patience = new Promise<false>((resolve) =>
    setTimeout(() => resolve(false), PATIENCE_MS).unref(),
  );
  return Promise.race([pool.isWritable().catch(() => false), patience]);
}
