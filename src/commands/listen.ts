import { isIPv6 } from 'node:net';
import { leave } from '../process/leave.ts';
import { stopSignal } from '../process/stopping.ts';
import { listen } from './ports.ts';
import { arrivalText } from '../receiver/print.ts';
import { createReceiver, type ReceiverOptions } from '../receiver/receiver.ts';

export type ListenOptions = ReceiverOptions & { host: string; port: number };

/** An answer may wait for as long as --delay says. */
const PATIENT = { silenceMs: 0, answerMs: 2 ** 31 - 1 };

/**
 * `postmand listen`: a receiver on this machine that shows every request, until Ctrl-C. It needs no
 * settings and no database.
 */
export async function runListen(options: ListenOptions): Promise<void> {
  const stopping = stopSignal();
  // A reader of the output that goes away ends it, as it ends any other command in a pipe.
  process.stdout.on('error', () => leave(0));
  const colour = process.stdout.isTTY && !process.env['NO_COLOR'];
  let arrivals = 0;
  let stopped = false;
  const receiver = createReceiver(options, {
    onArrival(arrival) {
      arrivals = arrival.number;
      process.stdout.write(arrivalText(arrival, new Date(), colour));
    },
    onHangUp({ number }) {
      if (!stopped)
        process.stdout.write(`#${number}  the sender hung up before it had the answer\n\n`);
    },
  });
  const { host, port } = options;
  const server = await listen(
    receiver,
    { host, port, settings: { host: '--host', port: '--port' } },
    { limits: PATIENT },
  );
  process.stdout.write(
    `Listening on http://${isIPv6(host) ? `[${host}]` : host}:${server.port}, any path. ${plan(options)} Ctrl-C stops.\n\n`,
  );
  await stopping;
  stopped = true;
  await server.stop(0);
  process.stdout.write(`\n${arrivals === 1 ? '1 request' : `${arrivals} requests`}.\n`);
}

function plan({ secret, status, fail, failStatus, delayMs }: ListenOptions): string {
  const delay = delayMs === 0 ? '' : ` after ${delayMs / 1000} s`;
  const failing =
    fail === 0
      ? ''
      : ` The first ${fail === 1 ? 'time' : `${fail} times`} a request comes it gets ${failStatus}.`;
  const checked = secret === undefined ? '' : ' A wrong signature gets 401.';
  return `Answers ${status}${delay}.${failing}${checked}`;
}
