import { reached, sleep } from '../clock.ts';
import type { Outcome } from '../figures.ts';
import { postEach } from '../load.ts';
import type { Life } from './life.ts';

export type RivalScenario = { summary: string; run(life: Life): Promise<Outcome> };

/** What is left to do after the last message of the warm-up has arrived. */
const QUIET_MS = 3000;

/**
 * Creates the healthy endpoints, delivers messages to them, and waits until all is quiet.
 * @returns the endpoints. @throws where one does not arrive.
 */
export async function warmedUp({ sizes, ...life }: Life): Promise<string[]> {
  const { receiver, progress, next } = life;
  const endpoints = await life.createEndpoints('fast', sizes.endpoints);
  progress.step(`${sizes.warmup} messages to warm up`);
  await postEach({ count: sizes.warmup, connections: 8, next: next(endpoints) }, () => {});
  const arrived = async () => (await receiver.counts('fast')).arrived >= sizes.warmup;
  if ((await reached(arrived, life.deadline())) === undefined)
    throw new Error(`Fewer than ${sizes.warmup} messages of the warm-up arrived.`);
  await sleep(QUIET_MS);
  return endpoints;
}
