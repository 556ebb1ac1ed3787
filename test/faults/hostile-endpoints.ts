import type { Cleanup } from '../setup/last-first.ts';
import { startTcpServer } from '../setup/raw-server.ts';
import { OK, startHostileEndpoint } from './hostile-answer.ts';
import { HOSTILE_ANSWERS } from './hostile-answers.ts';

/** Where to send to, and how long to wait there. */
export type Target = { url: string; timeoutMs: number };

/** What never ends by itself is not waited for long. */
const SHORT_MS = 200;

/** Long enough for everything that ends by itself, on a busy machine too. */
const LONG_MS = 60_000;

/**
 * An endpoint for every way to answer badly, one that answers well, and one where nobody listens.
 * `open` counts their connections.
 */
export async function startHostileEndpoints(
  t: Cleanup,
): Promise<{ targets: Target[]; open(): number }> {
  const endpoints = await Promise.all(
    HOSTILE_ANSWERS.map((answer) => startHostileEndpoint(t, answer)),
  );
  const well = await startTcpServer(t, (socket) =>
    socket.on('data', () => socket.write(`${OK}Content-Length: 2\r\n\r\nok`)),
  );
  const targets = [...HOSTILE_ANSWERS, undefined].map((answer, i) => ({
    url: `${(endpoints[i] ?? well).url}/${i}`,
    timeoutMs: answer?.slow ? SHORT_MS : LONG_MS,
  }));
  return {
    targets: [...targets, { url: 'http://127.0.0.1:1/', timeoutMs: LONG_MS }],
    open: () => [...endpoints, well].reduce((sum, { open }) => sum + open.size, 0),
  };
}
