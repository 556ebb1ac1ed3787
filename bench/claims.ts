import type { Pool } from '../src/database/pool.ts';
import { ServerState } from '../src/database/server-state.ts';
import { claimJobs, findJobTable } from '../src/queue/claim.ts';
import { openClaimSession, type RunClaim } from '../src/queue/claim-session.ts';
import type { ClaimRequest, ClaimRow } from '../src/queue/claim-statement.ts';
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
  const own = openClaimSession({ server: new ServerState(), connection, log: SILENT }, 1);
  const run = undone(own);
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
      await claimJobs(run, table, request);
      ms.push(now() - startedAt);
    }
    figures.push(...p50p99(`a claim of the ${from}`, ms), ...cpu(CLAIMS));
  }
  await own.end();
  return figures;
}

/** Claims on such a connection that are rolled back. */
function undone(session: Pool): RunClaim {
  return async (statement) => {
    const { client } = await session.start('begin', []);
    const { rows } = await client.query<ClaimRow>(statement);
    await client.query('rollback');
    client.release();
    return rows;
  };
}
