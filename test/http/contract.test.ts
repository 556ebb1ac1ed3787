import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { postmand } from '../setup/command.ts';
import { freshDatabase, type TestDatabase } from '../setup/database.ts';
import { differences, type Case } from './contract/differences.ts';
import { send, type RawAnswer } from './request.ts';

const FILE = new URL('contract/cases.jsonl', import.meta.url);
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

test('the recorded requests of the reference program, in their order → the answers that are promised', async (t) => {
  const database = await freshDatabase(t);
  const server = postmand(t, ['server'], { env: { POSTMAND_DATABASE_URL: database.url } });
  const { port, health_port } = await server.event('server.started');
  const replay = replayer(database, {
    8000: `http://127.0.0.1:${String(port)}`,
    8001: `http://127.0.0.1:${String(health_port)}`,
  });

  const cases = readFileSync(FILE, 'utf8').trimEnd().split('\n');
  for (const one of cases.map((line) => JSON.parse(line) as Case)) {
    const replayed = await replay(one);
    const { expect } = one;
    if (replayed === undefined || expect === null) continue;
    await t.test(one.name, () =>
      assert.deepEqual(differences(expect, replayed.recorded, replayed.answer), []),
    );
  }
});

type Replayed = { recorded: unknown; answer: RawAnswer };

/**
 * Sends one case after the other. The ids that the reference gave are exchanged for those that this
 * server gives in their place.
 */
function replayer(
  { pool }: TestDatabase,
  hosts: Record<Case['request']['port'], string>,
): (one: Case) => Promise<Replayed | undefined> {
  const liveIds = new Map<string, string>();
  const live = (text: string) => text.replace(UUID, (id) => liveIds.get(id.toLowerCase()) ?? id);

  return async ({ sql, request, recorded }) => {
    if (sql !== undefined) {
      await pool.query(live(sql));
      return undefined;
    }
    const { method, port, path, headers, body } = request;
    const answer = await send(method, `${hosts[port]}${live(path)}`, {
      headers,
      ...(body === null ? {} : { body: live(body) }),
    });
    const theirs = idOf(parsed(recorded.body));
    const ours = idOf(answer.json);
    if (recorded.status < 300 && theirs !== undefined && ours !== undefined)
      liveIds.set(theirs.toLowerCase(), ours);
    return { recorded: parsed(live(recorded.body)), answer };
  };
}

function idOf(body: unknown): string | undefined {
  return (body as { id?: string } | undefined)?.id;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
