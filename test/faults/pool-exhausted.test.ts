import { suite, test } from 'node:test';
import { Client } from 'pg';
import { until } from '../setup/until.ts';
import { ROUNDS, sized } from './intensity.ts';
import { judge } from './oracle.ts';
import { startPostgres } from './postgres.ts';
import { openScene } from './scene.ts';
import { lockTable } from '../setup/table-lock.ts';
import { startTraffic } from './traffic.ts';

suite('no free connection', { concurrency: 2 }, () => {
  test('two for each process, and a lock holds all of them up → callers get a 503, and nothing is lost or sent twice', async (t) => {
    const scene = await openScene(t, { env: { POSTMAND_DATABASE_MAX_OPEN_CONNS: '2' } });
    const traffic = startTraffic(t, scene, { callers: sized(32, 128), pauseMs: 100 });
    await scene.worker();
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await traffic.accepted(100);
      const unlock = await lockTable(t, scene.database, 'deliveries');
      // A caller that waits for a connection for 5 s gets a 503; the lock does not prevent that. A
      // lease lasts longer. A caller that comes before both connections wait for the lock is still
      // served.
      await until(
        'a caller is told',
        async () => (await scene.api().call('GET', '/webhooks')).status === 503,
      );
      await unlock();
      since = new Date();
    }
    await traffic.accepted(100);
    // The worker kept its claims on a connection of their own.
    await judge(t, scene, { traffic, since, errors: ['dispatch.failed'] });
  });

  test('PostgreSQL accepts no more → processes go on with the connections that they have, or as soon as they can', async (t) => {
    const postgres = await startPostgres(t, {
      max_connections: '60',
      superuser_reserved_connections: '0',
    });
    const { url, pool } = postgres.database;
    const scene = await openScene(t, { database: postgres.database });
    const traffic = startTraffic(t, scene);
    await scene.worker();
    let since = new Date();
    for (let round = 1; round <= ROUNDS; round += 1) {
      await traffic.accepted(60);
      const told = traffic.posts.length;
      const taken: Client[] = [];
      // A connection from before, as a pool may have to open a new one.
      const terminator = await pool.connect();
      await until('a caller is told', async () => {
        // Processes lose what they have; whoever is faster gets it.
        await terminator.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'postmand%'`,
        );
        taken.push(...(await takeAll(url)));
        return traffic.posts.slice(told).some(({ outcome }) => outcome === 'unknown');
      });
      since = new Date();
      terminator.release();
      for (const client of taken) await client.end();
    }
    await traffic.accepted(60);
    // It was shorter than a lease, so nothing may be sent twice.
    await judge(t, scene, { traffic, since, errors: ['dispatch.failed'] });
  });
});

/** Takes connections until there are none. */
async function takeAll(url: string): Promise<Client[]> {
  const taken: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: url, application_name: 'test' });
    client.on('error', () => {});
    try {
      await client.connect();
      taken.push(client);
    } catch {
      return taken;
    }
  }
}
