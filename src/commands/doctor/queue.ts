import { randomBytes } from 'node:crypto';
import { span } from '../../client/explaining/time-words.ts';
import { clockMs } from '../../database/condition.ts';
import type { Connection } from '../../database/connection.ts';
import type { Pool } from '../../database/pool.ts';
import { openUnprepared } from '../../database/session.ts';
import { LATE_SECONDS, lateWebhooks, VERY_LATE_SECONDS } from '../../deliveries/late.ts';
import { leftInOutbox } from '../../deliveries/outbox/left-waiting.ts';
import { atMost } from '../../process/at-most.ts';
import { countJobs } from '../../queue/live-jobs.ts';
import { hasLivingWorker } from '../../queue/turn.ts';
import { count } from '../progress.ts';
import { ok, warn, wrong, type Check } from './check.ts';
import type { Reached } from './database.ts';

const COUNTED = 100_000;
const HEARD_MS = 3000;

/** Whether a worker lives. */
export async function checkWorker({ pool }: Reached): Promise<Check[]> {
  if (await hasLivingWorker(pool)) return [ok('worker', 'one gives signs of life')];
  return [
    wrong(
      'worker',
      'no worker has given a sign of life for 7 seconds: nothing is sent',
      'Start one: postmand worker. If one runs, see in its log whether it reaches this database.',
    ),
  ];
}

/** How much waits, and for how long. */
export async function checkQueue({ pool }: Reached): Promise<Check[]> {
  const jobs = await countJobs(pool, COUNTED);
  const [late] = await lateWebhooks(pool, 1);
  const now = await clockMs(pool);
  const lateMs = late === undefined ? 0 : now - Date.parse(late.since);
  const live = `${count(jobs)}${jobs === COUNTED ? ' or more' : ''} jobs`;
  const checks = [lateCheck(live, late?.webhook_name ?? '', lateMs)];
  const left = await leftInOutbox(pool, { seconds: LATE_SECONDS, most: 100 });
  if (left !== undefined)
    checks.push(
      wrong(
        'outbox',
        `what was committed to the outbox ${span(now - Date.parse(left.since))} ago is not taken in`,
        'A worker does that: see whether one runs, and its log for upkeep.failed.',
      ),
    );
  return checks;
}

function lateCheck(live: string, name: string, lateMs: number): Check {
  if (lateMs < LATE_SECONDS * 1000) return ok('queue', `${live}, and nothing is late`);
  const message = `${live}; a delivery of ${JSON.stringify(name)} has been due for ${span(lateMs)}`;
  const advice =
    'Look at it: postmand attention. Limits, a slow endpoint, too few workers, or none may be the reason.';
  return lateMs < VERY_LATE_SECONDS * 1000
    ? warn('queue', message, advice)
    : wrong('queue', message, advice);
}

/** Whether what is told by NOTIFY is heard, on a channel of its own. */
export async function checkListening(reached: Reached): Promise<Check[]> {
  const { connection, direct, pool } = reached;
  const way = direct ?? connection;
  if (way.pooler === 'transaction')
    return [
      warn(
        'listening',
        'a pooler hands each transaction to another session, so that workers cannot listen',
        'Deliveries begin up to POSTMAND_POLLING_INTERVAL later. Set POSTMAND_DATABASE_DIRECT_URL to the server itself.',
      ),
    ];
  if (await hears(way, pool)) return [ok('listening', 'notifications are heard')];
  return [
    wrong(
      'listening',
      `a notification was not heard within ${HEARD_MS / 1000} s`,
      'Something between hands sessions over. Set POSTMAND_DATABASE_DIRECT_URL to the server itself.',
    ),
  ];
}

/** Whether a session of `way` hears what the pool notifies. Nobody else listens to its channel. */
async function hears(way: Connection, pool: Pool): Promise<boolean> {
  const channel = `postmand_doctor_${randomBytes(8).toString('hex')}`;
  const listener = await openUnprepared(way, 'postmand doctor');
  let isHeard = false;
  const heard = new Promise<void>((resolve) => {
    listener.on('notification', () => {
      isHeard = true;
      resolve();
    });
  });
  try {
    await listener.query(`listen ${channel}`);
    await pool.query('select pg_notify($1, $2)', [channel, '']);
    await atMost(HEARD_MS, heard);
    return isHeard;
  } finally {
    // Behind a pooler the session is somebody else's next.
    await listener.query(`unlisten ${channel}`).catch(() => {});
    await listener.end().catch(() => {});
  }
}
