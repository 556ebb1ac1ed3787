import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase } from '../setup/database.ts';
import { lastFirst } from '../setup/last-first.ts';
import { apiAt } from '../setup/service.ts';

test('300 creates of 1 MB at once, in a heap of 512 MB → 201 or 503 with Retry-After each, and every 201 is stored', async (context) => {
  const t = lastFirst(context);
  const database = await freshDatabase(t);
  const env = {
    POSTMAND_DATABASE_URL: database.url,
    POSTMAND_VALIDATE_RESPONSES: 'false',
    NODE_OPTIONS: '--max-old-space-size=512',
  };
  const server = postmand(t, ['server'], { env });
  const { port } = await server.event('server.started');
  const url = `http://127.0.0.1:${String(port)}`;
  const webhook = await apiAt(url).createWebhook({ active: false });
  const payload = JSON.stringify(
    Array.from({ length: 17_000 }, (_, i) => ({ id: i, state: 'shipped', to: 'Zürich' })),
  );
  const body = Buffer.from(JSON.stringify({ webhook_id: webhook.id, payload }));
  assert.ok(body.length > 900_000 && body.length < 1024 * 1024, `${body.length} bytes`);

  const answers = await Promise.all(
    Array.from({ length: 300 }, () => create(`${url}/v1/deliveries`, body)),
  );
  const stored = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ status }) => status === 503);
  assert.equal(
    stored.length + refused.length,
    300,
    JSON.stringify(answers.map(({ status }) => status)),
  );
  assert.ok(stored.length > 0 && refused.length > 0, `${stored.length} were stored`);
  assert.ok(refused.every(({ retryAfter }) => retryAfter === '2'));
  const { rows } = await database.pool.query<{ count: number }>(
    'select count(*)::integer as count from deliveries where id = any ($1::uuid[]) and octet_length(payload) = $2',
    [stored.map(({ id }) => id), Buffer.byteLength(payload)],
  );
  assert.equal(rows[0]?.count, stored.length);
  assert.deepEqual(await server.end(), { code: 0, signal: null });
});

type Answer = { status: number | string; retryAfter?: string | undefined; id?: string | undefined };

/** One create on a connection of its own; `status` is an error's code where no answer came. */
function create(url: string, body: Buffer): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part.slice(0, 1000 - text.length)));
      response.on('close', () => {
        resolve({
          status: response.statusCode ?? 0,
          retryAfter: response.headers['retry-after'],
          id: /"id":"([^"]+)"/.exec(text)?.[1],
        });
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: error.code ?? error.message }),
    );
    sent.end(body);
  });
}
