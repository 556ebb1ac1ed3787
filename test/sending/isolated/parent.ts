import { ProcessPool } from '../../../src/sending/isolated/pool.ts';

/** A parent to be killed: sends to the URL of its argument in a process of its own. */
const sender = new ProcessPool({
  bodyLimitBytes: 1000,
  outbound: { policy: 'internal', allow: [], deny: [] },
  lookupThreads: 4,
});
const request = { url: process.argv[2] ?? '', headers: [] as [string, string][], body: '{}' };
await sender.send(request, { timeoutMs: 600_000, signal: new AbortController().signal });
sender.close();
