import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { ProcessPool } from '../../src/sending/isolated/pool.ts';
import { HttpSender, type Exchange, type SenderOptions } from '../../src/sending/send.ts';

export type Told = { exhausted: Exchange[]; afterwards: Exchange[] };

/**
 * A process for itself, as nobody else can live with its limit: sends to the URLs of its arguments
 * with every descriptor in use, then again with all of them free. In front of the URLs: `known`,
 * the resolver has looked up a name before; `new`, it has not; `isolated`, by a process for each
 * send.
 */
const [first = '', ...urls] = process.argv.slice(2);
const options: SenderOptions = {
  bodyLimitBytes: 1000,
  outbound: { policy: 'internal', allow: [], deny: [] },
  lookupThreads: 4,
};
const sender = first === 'isolated' ? new ProcessPool(options) : new HttpSender(options);
if (first === 'known') await sendAll(['http://localhost:1/']);
const taken = takeDescriptors();
const exhausted = await sendAll(urls);
for (const descriptor of taken) closeSync(descriptor);
const told: Told = { exhausted, afterwards: await sendAll(urls) };
sender.close();
process.stdout.write(JSON.stringify(told));

async function sendAll(to: string[]): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  for (const url of to) {
    const limits = { timeoutMs: 10_000, signal: new AbortController().signal };
    exchanges.push(await sender.send({ url, headers: [], body: '{}' }, limits));
  }
  return exchanges;
}

function takeDescriptors(): number[] {
  const descriptors: number[] = [];
  try {
    for (;;) descriptors.push(openSync(devNull, 'r'));
  } catch {
    return descriptors;
  }
}
