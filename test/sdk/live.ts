import assert from 'node:assert/strict';
import type { Cleanup } from '../setup/last-first.ts';
import { startLine } from '../journey/line.ts';
import { startStub } from './stub.ts';

export type Live = {
  /** The API, with a worker behind it. */
  url: string;
  receiver: Awaited<ReturnType<typeof startLine>>['receiver'];
  /** The database of the service. */
  database: string;
  stub: Awaited<ReturnType<typeof startStub>>;
  /** Where the programs of other languages find all this. */
  environment: Record<string, string>;
};

/**
 * A live service, a receiver that answers 500 below `/failing` and 200 elsewhere, and a stub of a
 * service in bad states.
 */
export async function startLive(t: Cleanup): Promise<Live> {
  const {
    api,
    receiver,
    url: database,
  } = await startLine(t, ({ path }, response) =>
    response.writeHead(path.startsWith('/failing') ? 500 : 200).end(),
  );
  const url = `${api.url}/v1`;
  const stub = await startStub(t, url);
  const environment = {
    POSTMAND_TEST_URL: url,
    POSTMAND_TEST_RECEIVER: receiver.url,
    POSTMAND_TEST_STUB: stub.url,
    POSTMAND_TEST_DATABASE: database,
  };
  return { url, receiver, database, stub, environment };
}

/** The four tries of a call against the stub's `lossy`, all with the key that the SDK made. */
export function assertOneKey(keys: (string | undefined)[]): void {
  assert.match(keys[0] ?? '', /^[0-9a-f-]{32,36}$/);
  assert.deepEqual(keys, [keys[0], keys[0], keys[0], keys[0]]);
}
