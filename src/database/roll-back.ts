import { DatabaseError, type PoolClient } from 'pg';
import { spoilsConnection } from './failure.ts';

/**
 * Rolls back and releases the connection. Only a refusal by the server leaves it usable, and not
 * every refusal does. After anything else (a time-out, a reset) it is dropped, which rolls back.
 */
export async function rollBack(client: PoolClient, error: unknown): Promise<void> {
  let broken: Error | undefined;
  if (error instanceof DatabaseError && !spoilsConnection(error))
    await client.query('rollback').catch((failure: Error) => (broken = failure));
  else broken = error instanceof Error ? error : new Error(String(error));
  client.release(broken);
}
