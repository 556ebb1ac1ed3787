import type { PoolClient } from 'pg';
import { createPool, type Pool } from '../src/database/pool.ts';
import { claimJobs, findJobTable, type ClaimRequest } from '../src/queue/claim.ts';
import { now } from './clock.ts';
import { p50p99, type Figure } from './figures.ts';
import { startMeter } from './meter.ts';
import type { Trial } from './trial.ts';

const CLAIMS = 100;

const nothing = () => {};
const SILENT = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/**
 * How long a claim takes in the present state of the queue, at each of its ends: the statement of
 * the service itself, on a connection as it has, and then rolled back. For the service that is
 * another version, its queue is asked with our statement.
 * @param leftOut webhooks of which a worker would claim nothing, as it has enough of them.
 */
export async function measureClaims(
  { pool, connection, progress, parts }: Trial,
  leftOut: string[],
): Promise<Figure[]> {
  const table = await findJobTable(pool).catch(() => undefined);
  if (table === undefined) return [];
  progress.step('claims');
  const own = createPool(connection, { max: 1, name: 'postmand bench', log: SILENT });
  const undone = rollingBack(own);
  const { rows } = await own.query<{ pid: number }>('select pg_backend_pid() as pid');
  const isHere = parts({}).some(({ pids }) => pids[0] !== undefined);
  const pids = [isHere ? rows[0]?.pid : undefined];
  const figures: Figure[] = [];
  for (const from of ['newest', 'oldest'] as const) {
    const request: ClaimRequest = {
      ...{ limit: 100, from, otherwise: 2 },
      ...{ rooms: new Map(), leftOut, onlyNew: [] },
    };
    const ms: number[] = [];
    const cpu = startMeter([{ name: 'PostgreSQL', pids }], `claim of the ${from}`);
    for (let count = 0; count < CLAIMS; count += 1) {
      const startedAt = now();
      await claimJobs(undone, table, request);
      ms.push(now() - startedAt);
    }
    figures.push(...p50p99(`a claim of the ${from}`, ms), ...cpu(CLAIMS));
  }
  await own.end();
  return figures;
}

/** The same pool, whose transactions are rolled back where they would be committed. */
function rollingBack(pool: Pool): Pool {
  const begin = async (sql: string) => withoutCommit(await pool.begin(sql));
  return new Proxy(pool, {
    get: (target, name) => (name === 'begin' ? begin : (Reflect.get(target, name) as unknown)),
  });
}

function withoutCommit(client: PoolClient): PoolClient {
  const query = client.query.bind(client) as (...statement: unknown[]) => Promise<unknown>;
  const instead = async (...statement: unknown[]) => {
    if (statement[0] !== 'commit') return query(...statement);
    await query('rollback');
    return { command: 'COMMIT' };
  };
  return new Proxy(client, {
    get(target, name) {
      if (name === 'query') return instead;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
