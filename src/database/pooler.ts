import type { Client } from 'pg';
import type { Connection, Pooler } from './connection.ts';
import { openUnprepared } from './session.ts';

/** How many sessions are open at a time to find out, and how often each is asked. */
const SESSIONS = 3;
const ROUNDS = 4;

/** A pooler that has no session left for us lets us wait. */
const ANSWER_MS = 2000;

/**
 * Whether something stands between that has sessions of its own to the server: it gives its clients
 * other keys to cancel with than the server gave it, and such a key begins with the process of the
 * session (https://www.postgresql.org/docs/current/protocol-message-formats.html, BackendKeyData).
 */
export function isPooled(client: Client, processId: number): boolean {
  return (client as unknown as { processID: number | null }).processID !== processId;
}

/**
 * What a pooler does between transactions: several sessions are asked in turn which process of the
 * server serves them. Where two of them had the same one, or one had two, it hands transactions
 * over. That is certain; the opposite is not, as several poolers may stand behind one name.
 */
export async function observePooler(connection: Connection): Promise<Pooler> {
  const clients: Client[] = [];
  try {
    while (clients.length < SESSIONS) clients.push(await openUnprepared(connection, 'postmand'));
    return (await sawHandOver(clients)) ? 'transaction' : 'session';
  } catch {
    // It has no room for more sessions, or the next statement finds out what is wrong.
    return 'session';
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => {})));
  }
}

async function sawHandOver(clients: Client[]): Promise<boolean> {
  const served = new Map<number, Client>();
  const server = new Map<Client, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    // Each second round goes backwards: a pooler that takes its sessions in turn gives one of us
    // another one.
    for (const client of round % 2 === 0 ? clients : clients.toReversed()) {
      const pid = await processOf(client);
      if ((served.get(pid) ?? client) !== client) return true;
      if ((server.get(client) ?? pid) !== pid) return true;
      served.set(pid, client);
      server.set(client, pid);
    }
  }
  return false;
}

async function processOf(client: Client): Promise<number> {
  const statement = { text: 'select pg_backend_pid() as pid', query_timeout: ANSWER_MS };
  const { rows } = await client.query<{ pid: number }>(statement);
  return (rows[0] as { pid: number }).pid;
}
