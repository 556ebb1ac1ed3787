import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiClient } from '../../src/client/api.ts';
import { startEmbedded } from '../../src/database/embedded/database.ts';
import { postmand } from '../../test/setup/command.ts';
import type { Cleanup } from '../../test/setup/last-first.ts';

export type Server = { url: string; api: ApiClient; databaseUrl: string };

/** `postmand start` on an empty database and free ports, both gone at the end. */
export async function startPostmand(t: Cleanup): Promise<Server> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-screenshots-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs as another user where this runs as root: it must get in.
  await chmod(folder, 0o755);
  const database = await startEmbedded(path.join(folder, 'data'), { fsync: 'off' });
  t.after(async () => {
    await database.stop();
    await rm(database.home, { recursive: true, force: true });
  });
  const command = postmand(t, ['start'], { env: { POSTMAND_DATABASE_URL: database.url } });
  t.after(() => command.end());
  const { port } = await command.event('start.started', 60_000);
  const url = `http://localhost:${String(port)}`;
  return { url, api: new ApiClient({ url }), databaseUrl: database.url };
}
