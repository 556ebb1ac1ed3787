import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { succeed } from '../sdk/program.ts';
import { until } from '../setup/until.ts';
import { startLine } from './line.ts';

const page = await readFile(
  fileURLToPath(new URL('../../docs/events.md', import.meta.url)),
  'utf8',
);
const blocks = Array.from(page.matchAll(/^```sh\n(.*?)^```$/gms), ([, code = '']) => code);
const isSql = (block: string) => block.includes('psql');
const sql = blocks.filter(isSql).map((block) => /<<'SQL'\n(.*)^SQL$/ms.exec(block)?.[1] ?? '');

test('docs/events.md, one command after the other → what it says arrives, and the document comes back', async (t) => {
  const { api, pool, receiver } = await startLine(t);
  const { id } = await api.createWebhook({
    url: `${receiver.url}/orders`,
    content_type: 'application/json',
    signatures: ['standard'],
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'postmand-events-'));
  t.after(() => rm(folder, { recursive: true }));
  const shell = blocks.filter((block) => !isSql(block)).join('');
  const env = { API: `${api.url}/v1`, WEBHOOK: id };
  const output = await succeed(t, ['bash', '-ec', shell], { cwd: folder, env });
  assert.match(output, /"name":"order\.paid".*"version":1/);
  assert.match(output, /"pointer":"\/order"/);
  assert.match(output, /"matches":false,"mismatch":"filter"/);
  assert.match(output, /\{"created":\[\],"updated":\[\],"unchanged":\["order\.paid"\]\}/);
  assert.match(output, /"kind":"redelivery"/);

  assert.equal(sql.length, 1);
  for (const one of sql) await pool.query(one);
  await until('three events arrived', () => receiver.received.length === 3);
  type Order = { order: number; amount: number };
  const bodies = receiver.received.map(({ body }) => JSON.parse(body) as { data?: Order } & Order);
  assert.deepEqual(
    bodies.map((body) => body.data ?? body).toSorted((a, b) => a.order - b.order),
    [
      { order: 1042, amount: 99.5 },
      { order: 1046, amount: 70 },
      { order: 1047, amount: 80 },
    ],
  );
  const events = await pool.query<{ deliveries: number }>(
    'select deliveries from events order by created_at',
  );
  assert.deepEqual(
    events.rows.map(({ deliveries }) => deliveries),
    [1, 0, 1, 1],
  );
});
