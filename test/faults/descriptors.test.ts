import { suite, test, type TestContext } from 'node:test';
import { until } from '../setup/until.ts';
import { sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { crowdApart, openScene, type Scene } from './scene.ts';
import { startTraffic, type Traffic } from './traffic.ts';

/** Enough for a worker with its database, and for some sends. */
const DESCRIPTORS = 64;
const HANGING = sized(80, 300);

const logged = ({ processes }: Scene, name: string) =>
  processes.flatMap(({ lines }) => lines.filter(({ event }) => event === name));

/**
 * A worker that has used up its descriptors for sends to endpoints that hold their answers until
 * `answer`.
 */
async function exhausted(
  t: TestContext,
): Promise<{ scene: Scene; traffic: Traffic; since: Date; answer: () => void }> {
  const scene = await openScene(t);
  const silence = Promise.withResolvers<number>();
  const hanging = await crowdApart(scene, HANGING, '/hanging', () => silence.promise, 'succeeded');
  const traffic = startTraffic(t, scene, { callers: 2, pauseMs: 60 });
  await Promise.all(hanging.map(({ id }) => traffic.post(id)));
  const since = new Date();
  await scene.worker({}, DESCRIPTORS);
  await until('sends meet the fault', () => logged(scene, 'send.local_fault').length > 0, 60_000);
  return { scene, traffic, since, answer: () => silence.resolve(200) };
}

suite('a worker without free descriptors', { concurrency: 2 }, () => {
  test('sends find none free → no attempt is counted, the worker pauses, and everything is delivered when some are free again', async (t) => {
    const { scene, traffic, since, answer } = await exhausted(t);
    await until(
      'it tries again after a pause',
      () => logged(scene, 'send.local_fault').length >= 2,
      60_000,
    );
    answer();
    await traffic.accepted(40);
    // An attempt that was recorded although it did not arrive would be a fault. The worker may be
    // unable to open one more connection to the database, too.
    await judge(t, scene, { traffic, since, errors: ['dispatch.failed'] });
    const faults = logged(scene, 'send.local_fault');
    t.diagnostic(
      `${faults.length} pauses, ${faults.map(({ pause_ms }) => String(pause_ms)).join(', ')} ms, for ${String(faults[0]?.['code'])}`,
    );
  });

  test('its connections to the database break meanwhile → outcomes are kept, and recorded when it can connect again', async (t) => {
    const { scene, traffic, answer } = await exhausted(t);
    const { pool } = scene.database;
    const worker = scene.processes.at(-1);
    const said = worker?.output.stdout.length ?? 0;
    const since = new Date();
    await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'postmand worker%'`,
    );
    await until(
      'its new connections meet the fault',
      () => worker?.output.stdout.includes('connect EMFILE', said),
      60_000,
    );
    answer();
    await traffic.accepted(40);
    await judge(t, scene, { traffic, since, errors: ['dispatch.failed'] });
  });
});
