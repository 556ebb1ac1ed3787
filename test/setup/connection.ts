import {
  connectionTo as connectionToParsed,
  type Connection,
} from '../../src/database/connection.ts';
import { parseDatabaseUrl } from '../../src/database/url.ts';

/** A connection to a database by its URL, which a process gets from its settings instead. */
export async function connectionTo(url: string, caFile?: string): Promise<Connection> {
  return connectionToParsed(parseDatabaseUrl(url, caFile));
}
