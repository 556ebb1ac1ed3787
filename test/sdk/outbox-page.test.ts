import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, suite, test, type TestContext } from 'node:test';
import { startLine } from '../journey/line.ts';
import { createApplication } from '../setup/application.ts';
import { NO_POOLER, startPooler } from '../setup/pooler.ts';
import { wholeFile } from '../setup/whole-file.ts';
import { blocksOf } from './blocks.ts';
import { start, succeed } from './program.ts';
import { goWithModules, noGo, noPython, pythonWithPackages, ROOT } from './toolchains.ts';

type Language = {
  file: string;
  skip: string | false;
  /** The command that runs a file, and where. Undefined: the test is skipped. */
  prepare(t: TestContext): Promise<Prepared | undefined>;
  /** The URL as the driver wants it. */
  url?(url: string): string;
  /** What the page says of the driver behind PgBouncer, put into the example. */
  pooled(code: string): string;
};

type Prepared = { command: string[]; cwd: string; env?: Record<string, string> };

const DRIVERS = path.join(ROOT, 'test/sdk/drivers');

const LANGUAGES: Language[] = [
  {
    file: 'order.py',
    skip: noPython,
    prepare: python,
    pooled: (code) => code.replace('_URL"])', '_URL"], prepare_threshold=None)'),
  },
  {
    file: 'order_orm.py',
    skip: noPython,
    prepare: python,
    url: (url) => url.replace(/^\w+:/, 'postgresql+psycopg:'),
    pooled: (code) => code.replace('_URL"])', '_URL"], connect_args={"prepare_threshold": None})'),
  },
  {
    file: 'order.go',
    skip: noGo,
    prepare: go,
    pooled: (code) => code.replace('_URL")', '_URL")+"&default_query_exec_mode=exec"'),
  },
];

suite('docs/outbox.md', async () => {
  const line = await startLine(wholeFile);
  const application = await createApplication(wholeFile, line);
  // Only the commit finds out that an order is there already.
  await line.pool.query(
    `create table public.orders (id bigint primary key deferrable initially deferred, total numeric)`,
  );
  await line.pool.query(`grant select, insert on public.orders to ${application.role}`);

  const pooler = NO_POOLER ? undefined : await startPooler(line.url);
  after(() => pooler?.stop());

  for (const { file, skip, prepare, pooled, url = (same: string) => same } of LANGUAGES)
    test(
      `${file} → an order and its delivery after one run, and no more after the next; behind PgBouncer too`,
      { skip },
      async (t) => {
        const prepared = await prepare(t);
        if (prepared === undefined) return;
        const webhook = await line.api.createWebhook({ url: line.receiver.url });
        const env = { ...prepared.env, DATABASE_URL: url(application.url), WEBHOOK_ID: webhook.id };
        const code = new Map(blocksOf('docs/outbox.md').files).get(file) ?? '';
        const command = [...prepared.command, await written(t, file, code)];
        const options = { cwd: prepared.cwd, env };
        const id = (await succeed(t, command, options)).trim();
        assert.equal((await line.api.settled(id)).status, 'succeeded');

        const second = start(t, command, options);
        assert.notEqual(await second.exited, 0);
        assert.match(second.output.stderr, /orders_pkey/);
        const { body } = await line.api.call('GET', `/deliveries?webhook_id=${webhook.id}`);
        assert.deepEqual(
          (body.deliveries as { id: string }[]).map((delivery) => delivery.id),
          [id],
        );

        if (pooler === undefined) return;
        await line.pool.query('delete from public.orders');
        assert.notEqual(pooled(code), code);
        const behind = [...prepared.command, await written(t, file, pooled(code))];
        const through = { ...env, DATABASE_URL: url(pooler.through(application.url)) };
        const other = (await succeed(t, behind, { cwd: prepared.cwd, env: through })).trim();
        assert.equal((await line.api.settled(other)).status, 'succeeded');
      },
    );
});

async function python(t: TestContext): Promise<Prepared | undefined> {
  const command = await pythonWithPackages(t);
  return command === undefined ? undefined : { command: [command], cwd: ROOT };
}

async function go(t: TestContext): Promise<Prepared | undefined> {
  const env = await goWithModules(t, DRIVERS);
  return env && { command: ['go', 'run'], cwd: DRIVERS, env };
}

async function written(t: TestContext, name: string, code: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-outbox-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, name), code);
  return path.join(folder, name);
}
